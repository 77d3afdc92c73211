/* SPDX-License-Identifier: MIT */
/* The plan: what it takes to bring the containers that run to what the manifest declares. It compares with the records of what
 * runs, not with what was generated last: a daemon-reload has replaced that already. */
#pragma once

#include "switch/compare.h"

typedef enum Action {
        ACTION_NONE,
        ACTION_STOP,    /* it runs and is no longer declared */
        ACTION_START,   /* it is to start by itself and does not run */
        ACTION_UPDATE,  /* nothing but what can be changed while it runs */
        ACTION_RELOAD,  /* another system is activated inside, and what can be changed while it runs */
        ACTION_RESTART, /* stopped and started */
        ACTION_KEEP,    /* left as it is for .reason, although that is not what is declared */
        ACTION_FAIL,    /* left as it is, as .reason is wrong with its entry */
        ACTIONS_LENGTH,
} Action;

/* How actions are called: by people and programs, "restart", and while and after they are done; and their colour, an escape sequence. */
typedef struct ActionWords {
        const char *name, *being_done, *done, *colour;
} ActionWords;

extern const ActionWords action_words[ACTIONS_LENGTH];

typedef struct PlannedContainer {
        const char *name;
        const char *shown_name; /* as people can read it: that of a broken one may be any text */
        Action action;
        const char *reason;        /* or NULL */
        OptionChange *changes;     /* those that take anything */
        const Container *declared; /* or NULL */
        const Container *running;  /* as it was started; NULL if it does not run, or that is not known */
        bool runs;                 /* or starts or stops */
        bool left_over;            /* it does not run, but its end was cut off: not all that it had was removed */
} PlannedContainer;

typedef struct Plan {
        PlannedContainer *items; /* by name; malloc(3) */
        size_t length, capacity;
        Arena *arena;
        Manifest running;   /* what the records declare */
        bool is_incomplete; /* what has no entry may be declared all the same */
} Plan;

#define PLAN_NULL ((Plan){.running = MANIFEST_NULL})

/* Makes the plan for @manifest, which was checked. @root is "" or where the host's files are. Fails if the records cannot be read. All is
 * owned by the manifest's arena but what plan_free() frees. */
MUST_CHECK int plan_make(Plan *plan, const Manifest *manifest, const char *root);

/* Whether anything would be done, or is to be said. */
bool plan_is_empty(const Plan *plan);

/* What is planned for the container @name, or NULL. */
PlannedContainer *plan_find(const Plan *plan, const char *name);

/* Adds the container @name, which has no record, and is no longer declared: it is stopped. */
void plan_add_removed(Plan *plan, const char *name);

void plan_free(Plan *plan);

#define CLEANUP_PLAN CLEANUP(plan_free)
