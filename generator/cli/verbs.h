/* SPDX-License-Identifier: MIT */
/* The verbs of nixos-container(8). Each is a function that returns the exit status, or a negative errno(3) on failure, which was logged. */
#pragma once

#include "cli/imperative-options.h"

/* A verb that gets all arguments after the program's name, itself first. */
typedef int Verb(int argc, char *argv[]);

/* The exit status of plan where something would be done. */
#define EXIT_CHANGES 2

Verb verb_apply, verb_check, verb_edit, verb_list, verb_logs, verb_plan, verb_run, verb_status;

/* A verb that gets the one container that its operand names. */
typedef int ContainerVerb(Host *host, const HostContainer *container);

ContainerVerb verb_generations, verb_login, verb_root_login, verb_show_host_key, verb_show_ip, verb_terminate;

RequestVerb verb_create, verb_destroy, verb_rollback, verb_update;

/* Calls systemd's @method for each of the containers named after the verb. */
int verb_control(int argc, char *argv[], const char *method);
