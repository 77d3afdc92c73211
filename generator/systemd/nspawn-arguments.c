/* SPDX-License-Identifier: MIT */
#include "systemd/nspawn-arguments.h"

#include "base/words.h"

const char *const nspawn_places[] = {"dev", "proc", "sys", "run", "tmp", "usr", "etc", "root", "var", "var/lib",
        "var/log", "nix", "nix/store", "nix/var", "nix/var/nix", NULL};

const char *nspawn_value(char *const arguments[], const char *option) {
        const char *value = NULL;

        for (; *arguments; arguments++)
                if (text_behind(*arguments, option))
                        value = text_behind(*arguments, option);
        return value;
}

void nspawn_remove(char *arguments[], const char *option) {
        char **kept = arguments;

        for (; *arguments; arguments++)
                if (!text_behind(*arguments, option))
                        *kept++ = *arguments;
        *kept = NULL;
}

bool nspawn_users_are_shifted(const char *private_users) {
        return !is_one_of(private_users, "no", "identity", "0");
}

bool nspawn_shifts_users(char *const arguments[]) {
        const char *users = nspawn_value(arguments, "--private-users=");

        return users && nspawn_users_are_shifted(users);
}

const char *nspawn_users(const char *argument) {
        return strcmp(argument, "-U") == 0 ? "pick" : text_behind(argument, "--private-users=");
}

bool nspawn_takes_next(const char *argument) {
        return is_one_of(argument, "--bind", "--bind-ro", "--drop-capability", "--link-journal", "--load-credential",
                "--network-namespace-path", "--private-users-ownership", "--resolv-conf", "--restrict-address-families",
                "--tmpfs");
}

bool nspawn_makes_network(const char *argument) {
        return is_one_of(argument, "-n", "--private-network") ||
               (text_behind(argument, "--network-") && !text_behind(argument, "--network-namespace-path"));
}

NspawnParts nspawn_parts(Arena *arena, const char *value) {
        NspawnParts parts = {0};

        for (size_t i = 0; i < 3 && value; i++) {
                char *part = arena_copy(arena, value, strlen(value)), *end = part;

                parts.part[i] = part;
                for (; *value && (i == 2 || *value != ':'); value++) {
                        if (*value == '\\' && value[1])
                                value++;
                        *end++ = *value;
                }
                value = *value ? value + 1 : NULL;
                *end = '\0';
        }
        return parts;
}

/* A bind mount is SOURCE[:MOUNTPOINT[:OPTIONS]]. */
static void take_bind_apart(Arena *arena, const char *option, const char *value, NspawnHostPath *ret_host_path) {
        NspawnParts parts = nspawn_parts(arena, value);
        const char *end = value;

        while (*end && *end != ':')
                end += *end == '\\' && end[1] ? 2 : 1;
        *ret_host_path = (NspawnHostPath){.path = parts.part[0],
                .before = option,
                .behind = *end ? end : arena_join(arena, ":", value + (*value == '+')),
                .mount_point = parts.part[1] ? parts.part[1] : parts.part[0] + (*value == '+')};
}

bool nspawn_host_path(Arena *arena, const char *argument, NspawnHostPath *ret_host_path) {
        static const char *const binds[] = {"--bind=", "--bind-ro="};
        static const char credential[] = "--load-credential=";
        const char *value;

        for (size_t i = 0; i < sizeof(binds) / sizeof(binds[0]); i++)
                if ((value = text_behind(argument, binds[i]))) {
                        take_bind_apart(arena, binds[i], value, ret_host_path);
                        return ret_host_path->path[0] == '/' || text_behind(ret_host_path->path, "+/");
                }
        value = text_behind(argument, credential);
        value = value ? strchr(value, ':') : text_behind(argument, NSPAWN_NETWORK_NAMESPACE);
        if (!value)
                return false;
        value += *value == ':';
        *ret_host_path = (NspawnHostPath){.path = value,
                .before = arena_copy(arena, argument, (size_t)(value - argument)),
                .behind = "",
                .is_credential = text_behind(argument, credential) != NULL};
        return value[0] == '/';
}
