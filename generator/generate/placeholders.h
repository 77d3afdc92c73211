/* SPDX-License-Identifier: MIT */
/* The placeholders of the templates, and their numbers. */
#pragma once

#include "manifest/switches.h"

#define PLACEHOLDERS(P)                                                                                                \
        /* The same in every file. */                                                                                  \
        P(CONTAINER_INIT, "container-init")                                                                            \
        P(CONTAINER_RUNTIME, "container-runtime")                                                                      \
        P(ECHO, "echo")                                                                                                \
        P(FALSE, "false")                                                                                              \
        P(SYSTEMD_NSPAWN, "systemd-nspawn")                                                                            \
        P(GENERATOR_DIRECTORY, "generator-directory")                                                                  \
        P(RECORDS, "records")                                                                                          \
        P(AUTO_START, "auto-start")                                                                                    \
        /* Of one container. */                                                                                        \
        P(NAME, "name")                                                                                                \
        P(OLD_NAME, "old-name")                                                                                        \
        P(MANIFEST, "manifest")                                                                                        \
        P(LINE, "line")                                                                                                \
        P(SYSTEM, "system")                                                                                            \
        P(PROFILE, "profile")                                                                                          \
        P(ROOT, "root")                                                                                                \
        P(EPHEMERAL_NAME, "ephemeral-name")                                                                            \
        P(REQUIRED_PATH, "required-path")                                                                              \
        P(AFTER, "after")                                                                                              \
        P(REQUIRES, "requires")                                                                                        \
        P(WANTS, "wants")                                                                                              \
        P(CLAIM, "claim")                                                                                              \
        P(TIMEOUT_START, "timeout-start")                                                                              \
        P(TIMEOUT_RELOAD, "timeout-reload")                                                                            \
        P(DEVICE_ALLOW, "device-allow")                                                                                \
        P(DEVICE_ALLOW_MODIFIER, "device-allow.modifier")                                                              \
        P(MEMORY_MAX, "memory-max")                                                                                    \
        P(MEMORY_MAX_PERCENT, "memory-max.percent")                                                                    \
        P(CPU_QUOTA_PERCENT, "cpu-quota.percent")                                                                      \
        P(TASKS_MAX, "tasks-max")                                                                                      \
        P(TASKS_MAX_PERCENT, "tasks-max.percent")                                                                      \
        /* Its network, host side. */                                                                                  \
        P(LINK, "link")                                                                                                \
        P(LINK_MAC, "link.mac")                                                                                        \
        P(LINK_PEER_MAC, "link.peer-mac")                                                                              \
        P(LINK_INSIDE, "link.inside")                                                                                  \
        P(LONG_LINK, "long-link")                                                                                      \
        P(LONG_LINK_NAME, "long-link.name")                                                                            \
        P(HOST_ADDRESS, "host-address")                                                                                \
        P(HOST_ADDRESS_LINK, "host-address.link")                                                                      \
        P(HOST_ADDRESS6, "host-address6")                                                                              \
        P(HOST_ADDRESS6_LINK, "host-address6.link")                                                                    \
        P(BRIDGED_LINK, "bridged-link")                                                                                \
        P(BRIDGED_LINK_BRIDGE, "bridged-link.bridge")                                                                  \
        P(HOST_ROUTE, "host-route")                                                                                    \
        P(HOST_ROUTE_LINK, "host-route.link")                                                                          \
        P(FORWARD, "forward")                                                                                          \
        P(FORWARD_KEY, "forward.key")                                                                                  \
        P(FORWARD_TARGET, "forward.target")                                                                            \
        P(HAIRPIN, "hairpin")                                                                                          \
        P(HAIRPIN_LINK, "hairpin.link")                                                                                \
        P(HAIRPIN_ADDRESS, "hairpin.address")                                                                          \
        P(INTERNET_LINK, "internet-link")                                                                              \
        P(RESTRICTED_LINK, "restricted-link")                                                                          \
        P(LOCALHOST, "localhost")                                                                                      \
        P(LOCALHOST_LISTEN, "localhost.listen")                                                                        \
        P(LOCALHOST_TARGET, "localhost.target")                                                                        \
        /* Its network, inside. */                                                                                     \
        P(INSIDE_ADDRESS, "inside-address")                                                                            \
        P(INSIDE_ROUTE, "inside-route")                                                                                \
        P(INSIDE_GATEWAY, "inside-gateway")                                                                            \
        /* Arguments of systemd-nspawn. */                                                                             \
        P(RESOLV_CONF, "resolv-conf")                                                                                  \
        P(HOST_RESOLV_CONF, "host-resolv-conf")                                                                        \
        P(INSIDE_RESOLV_CONF, "inside-resolv-conf")                                                                    \
        P(LINK_JOURNAL, "link-journal")                                                                                \
        P(PERSONALITY, "personality")                                                                                  \
        P(PRIVATE_USERS, "private-users")                                                                              \
        P(PRIVATE_USERS_OWNERSHIP, "private-users-ownership")                                                          \
        P(IDMAP, "idmap")                                                                                              \
        P(CAPABILITY, "capability")                                                                                    \
        P(DROP_CAPABILITY, "drop-capability")                                                                          \
        P(SYSTEM_CALL_FILTER, "system-call-filter")                                                                    \
        P(ADDRESS_FAMILIES, "address-families")                                                                        \
        P(STORE, "store")                                                                                              \
        P(NIX_STATE, "nix-state")                                                                                      \
        P(NIX_TREE, "nix-tree")                                                                                        \
        P(CREDENTIAL, "credential")                                                                                    \
        P(CREDENTIAL_PATH, "credential.path")                                                                          \
        P(BIND, "bind")                                                                                                \
        P(BIND_TARGET, "bind.target")                                                                                  \
        P(BIND_IDMAP, "bind.idmap")                                                                                    \
        P(DEVICE_BIND, "device-bind")                                                                                  \
        P(BIND_RO, "bind-ro")                                                                                          \
        P(BIND_RO_TARGET, "bind-ro.target")                                                                            \
        P(BIND_RO_IDMAP, "bind-ro.idmap")                                                                              \
        P(TMPFS, "tmpfs")                                                                                              \
        P(PRIVATE_NETWORK, "private-network")                                                                          \
        P(NETWORK_NAMESPACE, "network-namespace")                                                                      \
        P(INTERFACE, "interface")                                                                                      \
        P(MACVLAN, "macvlan")                                                                                          \
        P(NSPAWN_PORT, "nspawn-port")                                                                                  \
        P(EXTRA_FLAG, "extra-flag")                                                                                    \
        /* Lines for systemd-tmpfiles. */                                                                              \
        P(HOST_PATH, "host-path")                                                                                      \
        P(HOST_PATH_MODE, "host-path.mode")                                                                            \
        P(HOST_PATH_USER, "host-path.user")                                                                            \
        P(HOST_PATH_GROUP, "host-path.group")                                                                          \
        P(HOST_FILE, "host-file")                                                                                      \
        P(HOST_FILE_MODE, "host-file.mode")                                                                            \
        P(HOST_FILE_USER, "host-file.user")                                                                            \
        P(HOST_FILE_GROUP, "host-file.group")                                                                          \
        /* The sources of its bind mounts, and those that it waits for. */                                             \
        P(SOURCE_TYPE, "source.type")                                                                                  \
        P(SOURCE_MISSING, "source.missing")                                                                            \
        P(SOURCE_OPTION, "source.option")                                                                              \
        P(SOURCE, "source")                                                                                            \
        P(AWAITED, "awaited")                                                                                          \
        P(AWAITED_CONDITION, "awaited.condition")                                                                      \
        /* Its host paths that containers can write to. */                                                             \
        P(WRITTEN, "written")                                                                                          \
        P(WRITTEN_DIRECTORY, "written.directory")                                                                      \
        P(MADE_MODE, "made")                                                                                           \
        P(MADE_USER, "made.user")                                                                                      \
        P(MADE_GROUP, "made.group")                                                                                    \
        P(MADE_PATH, "made.path")                                                                                      \
        P(MADE_FILE_MODE, "made-file")                                                                                 \
        P(MADE_FILE_USER, "made-file.user")                                                                            \
        P(MADE_FILE_GROUP, "made-file.group")                                                                          \
        P(MADE_FILE_PATH, "made-file.path")                                                                            \
        /* Of an invalid container. */                                                                                 \
        P(SHOWN_NAME, "shown-name")                                                                                    \
        P(RECORDED_NAME, "recorded-name")                                                                              \
        P(FIRST_DIAGNOSTIC, "first-diagnostic")                                                                        \
        P(DIAGNOSTIC, "diagnostic")

typedef enum PlaceholderNumber {
#define P(symbol, name) symbol,
        PLACEHOLDERS(P)
#undef P
                FIRST_SWITCH,
        PLACEHOLDERS_LENGTH = FIRST_SWITCH + SWITCHES_LENGTH,
        FIRST_OF_CONTAINER = NAME,
} PlaceholderNumber;
