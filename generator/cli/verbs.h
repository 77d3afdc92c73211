/* SPDX-License-Identifier: MIT */
/* The verbs of nixos-container(8). Each is a function that takes what stands behind the program's name, the verb first, and
 * returns the exit status: what has failed was logged. */
#pragma once

#include "base/common.h"

/* The exit status of a verb whose work has returned @r. */
static inline int exit_status(int r) {
        return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

int verb_apply(int argc, char *argv[]);
int verb_check(int argc, char *argv[]);
int verb_create(int argc, char *argv[]);
int verb_destroy(int argc, char *argv[]);
int verb_list(int argc, char *argv[]);
int verb_login(int argc, char *argv[]);
int verb_logs(int argc, char *argv[]);
int verb_plan(int argc, char *argv[]);
int verb_restart(int argc, char *argv[]);
int verb_root_login(int argc, char *argv[]);
int verb_run(int argc, char *argv[]);
int verb_show_host_key(int argc, char *argv[]);
int verb_show_ip(int argc, char *argv[]);
int verb_start(int argc, char *argv[]);
int verb_status(int argc, char *argv[]);
int verb_stop(int argc, char *argv[]);
int verb_terminate(int argc, char *argv[]);
int verb_update(int argc, char *argv[]);
