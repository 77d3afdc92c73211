/* SPDX-License-Identifier: MIT */
/* Other hosts, which ssh(1) reaches, and the commands that they are sent. */
#pragma once

#include "base/arena.h"

typedef struct RemoteHost {
        const char *text;        /* "[USER@]HOST[:PORT]", as it was specified */
        const char *destination; /* "[USER@]HOST", for ssh: without brackets around an IPv6 address */
        const char *port;        /* or NULL: what ssh_config(5) says */
} RemoteHost;

/* Parses @text, one or more hosts separated by commas, each as systemctl -H has it: "[USER@]HOST[:PORT]", with brackets around an IPv6
 * address. Logs what is wrong. Owned by @arena. */
MUST_CHECK int remote_hosts_parse(Arena *arena, const char *text, RemoteHost **ret_hosts, size_t *ret_length);

/* Returns the arguments of ssh for running nixos-container with @argv, the first of which is the verb, on @host, with or without a
 * terminal there. They arrive unchanged, byte by byte, as they are quoted for all common shells but csh. Owned by @arena. */
char *const *remote_command(Arena *arena, const RemoteHost *host, bool terminal, char *const argv[]);
