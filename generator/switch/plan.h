/* SPDX-License-Identifier: MIT */
/* The plan: what is needed to bring the running containers to what the manifest declares. It compares with the state records of what is
 * running, not with what was generated last: a daemon-reload has already replaced that. */
#pragma once

#include "switch/compare.h"

typedef enum Action {
        ACTION_NONE,
        ACTION_STOP,    /* it is running but undeclared */
        ACTION_START,   /* it is to start automatically and is not running */
        ACTION_UPDATE,  /* only what can be changed while it is running */
        ACTION_RELOAD,  /* another system is activated inside, and what can be changed while it is running */
        ACTION_RESTART, /* stopped and started */
        ACTION_KEEP,    /* left unchanged because of .reason, although it differs from the declaration */
        ACTION_FAIL,    /* left unchanged because its entry has the error .reason */
        ACTIONS_LENGTH,
} Action;

/* The words for actions: a name for people and programs, "restart", and while and after they are done; and their colour, an escape
 * sequence. */
typedef struct ActionWords {
        const char *name, *being_done, *done, *colour;
} ActionWords;

extern const ActionWords action_words[ACTIONS_LENGTH];

typedef struct PlannedContainer {
        const char *name;
        const char *shown_name; /* in printable form: the name of an invalid one may be any text */
        Action action;
        const char *reason;        /* or NULL */
        OptionChange *changes;     /* those that require anything, and secrets */
        const Container *declared; /* or NULL */
        const Container *running;  /* as it was started; NULL if it is not running, or that is unknown */
        bool runs;                 /* or is starting or stopping */
        bool left_over;            /* it is not running, but its end was cut off: not all that it had was removed */
} PlannedContainer;

typedef struct Plan {
        PlannedContainer *items; /* by name; malloc(3) */
        size_t length, capacity;
        Arena *arena;
        Manifest running;   /* what the state records declare */
        bool is_incomplete; /* what has no entry may still be declared */
} Plan;

#define PLAN_NULL ((Plan){.running = MANIFEST_NULL})

/* Creates the plan for @manifest, which was checked. @root is "" or where the host's files are. Fails if the records cannot be read. The
 * manifest's arena owns everything except what plan_free() frees. */
MUST_CHECK int plan_make(Plan *plan, const Manifest *manifest, const char *root);

/* Whether there is nothing to do and nothing to report. */
bool plan_is_empty(const Plan *plan);

/* Returns what is planned for the container @name, or NULL. */
PlannedContainer *plan_find(const Plan *plan, const char *name);

/* Adds the container @name, which has no state record and is undeclared: it is stopped. */
void plan_add_removed(Plan *plan, const char *name);

void plan_free(Plan *plan);

#define CLEANUP_PLAN CLEANUP(plan_free)
