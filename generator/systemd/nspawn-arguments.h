/* SPDX-License-Identifier: MIT */
/* The arguments that systemd-nspawn is about to be run with. */
#pragma once

#include "base/arena.h"

/* How many user IDs systemd-nspawn gives a container, and maps. */
#define USER_RANGE 65536

/* The value of the last argument @option, which ends with "=", or NULL. */
const char *nspawn_value(char *const arguments[], const char *option);

/* Takes all arguments @option, which ends with "=", out. */
void nspawn_remove(char *arguments[], const char *option);

/* Whether with @private_users, a value of --private-users=, the users in the container are others on the host, so that files need idmapped
 * mounts to have the same owners. systemd-nspawn(1) */
bool nspawn_users_are_shifted(const char *private_users);

/* Whether they are with @arguments. */
bool nspawn_shifts_users(char *const arguments[]);

/* The value of --private-users= that @argument gives, or NULL: -U is "pick". What is given last counts. */
const char *nspawn_users(const char *argument);

/* Whether @argument gives the container a network namespace of its own. */
bool nspawn_makes_network(const char *argument);

/* Of another one that there is. */
#define NSPAWN_NETWORK_NAMESPACE "--network-namespace-path="

/* The parts of a value that ":" separates, as systemd-nspawn takes it apart: "\" keeps what is behind it from its meaning. The last
 * one is all that is left. */
typedef struct NspawnParts {
        const char *part[3]; /* NULL: there is none */
} NspawnParts;

/* Owned by @arena. */
NspawnParts nspawn_parts(Arena *arena, const char *value);

/* The directories below which systemd-nspawn, and a start, make and mount things in a root directory, without the slash in front. */
extern const char *const nspawn_places[];

/* An argument that has a path of the host in it which systemd-nspawn resolves: the source of a bind mount, the file of a credential, or a
 * network namespace. With another path, it is what stands @before, that path, and what stands @behind. */
typedef struct NspawnHostPath {
        const char *path; /* with "+" in front: it is below the root directory */
        const char *before, *behind;
        const char *mount_point; /* of a bind mount, or NULL */
        bool is_credential;
} NspawnHostPath;

/* Takes @argument apart. False if there is none in it. Owned by @arena. */
bool nspawn_host_path(Arena *arena, const char *argument, NspawnHostPath *ret_host_path);
