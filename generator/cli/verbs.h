/* SPDX-License-Identifier: MIT */
/* The verbs of nixos-container(8). Each is a function that returns the exit status, or a negative errno(3) where it has failed, which was
 * logged. */
#pragma once

#include "cli/host.h"

/* These take what stands behind the program's name, the verb first. */
int verb_apply(int argc, char *argv[]);
int verb_check(int argc, char *argv[]);
int verb_create(int argc, char *argv[]);
int verb_destroy(int argc, char *argv[]);
int verb_list(int argc, char *argv[]);
int verb_logs(int argc, char *argv[]);
int verb_plan(int argc, char *argv[]);
int verb_run(int argc, char *argv[]);
int verb_status(int argc, char *argv[]);
int verb_update(int argc, char *argv[]);

/* These take a container that there is. */
int verb_login(Host *host, const HostContainer *container);
int verb_root_login(Host *host, const HostContainer *container);
int verb_show_host_key(Host *host, const HostContainer *container);
int verb_show_ip(Host *host, const HostContainer *container);
int verb_terminate(Host *host, const HostContainer *container);

/* Has systemd do @method for each of the containers that stand behind the verb. */
int verb_control(int argc, char *argv[], const char *method);
