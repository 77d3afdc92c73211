/* SPDX-License-Identifier: MIT */
/* The arguments that systemd-nspawn is about to be run with. */
#pragma once

#include "base/arena.h"

/* How many user IDs systemd-nspawn assigns to a container, and maps. */
#define USER_RANGE 65536

/* Returns the value of the last argument @option, which ends with "=", or NULL. */
const char *nspawn_value(char *const arguments[], const char *option);

/* Removes all arguments @option, which ends with "=". */
void nspawn_remove(char *arguments[], const char *option);

/* Whether, with @private_users, a value of --private-users=, the users in the container are different ones on the host, so that files need
 * idmapped mounts to have the same owners. systemd-nspawn(1) */
bool nspawn_users_are_shifted(const char *private_users);

/* The same for @arguments. */
bool nspawn_shifts_users(char *const arguments[]);

/* Returns the value of --private-users= that @argument sets, or NULL: -U is "pick". The last one counts. */
const char *nspawn_users(const char *argument);

/* Whether @argument is an option that is looked at here, whose value is the next argument, as getopt_long(3) has it: a start knows it as one
 * argument with "=". */
bool nspawn_takes_next(const char *argument);

/* Whether @argument gives the container a network namespace of its own. */
bool nspawn_makes_network(const char *argument);

/* For an existing network namespace. */
#define NSPAWN_NETWORK_NAMESPACE "--network-namespace-path="

/* The parts of a value that ":" separates, as systemd-nspawn parses it: "\" makes the next character literal. The last one is the whole
 * rest. */
typedef struct NspawnParts {
        const char *part[3]; /* NULL: missing */
} NspawnParts;

/* Owned by @arena. */
NspawnParts nspawn_parts(Arena *arena, const char *value);

/* The directories of a rootfs in which systemd-nspawn, and a start, create and mount things, without the leading slash. */
extern const char *const nspawn_places[];

/* An argument with a host path that systemd-nspawn resolves: the source of a bind mount, the file of a credential, or a network namespace.
 * The argument for another path is @before, that path, and @behind. */
typedef struct NspawnHostPath {
        const char *path; /* with a leading "+": below the rootfs */
        const char *before, *behind;
        const char *mount_point; /* of a bind mount, or NULL */
        bool is_credential;
} NspawnHostPath;

/* Parses @argument. Returns false if it has no such path. Owned by @arena. */
bool nspawn_host_path(Arena *arena, const char *argument, NspawnHostPath *ret_host_path);
