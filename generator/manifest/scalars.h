/* SPDX-License-Identifier: MIT */
/* Scalars: the types that text in a manifest can have, and how it is read and shown. */
#pragma once

#include "base/arena.h"
#include "manifest/container.h"

/* The type of a scalar. */
typedef struct ScalarType {
        /* What is allowed, to follow "… is not ". */
        const char *expected;
        /* The size of the value in the model: Text, Flag, … */
        size_t size;
        /* Returns a value as JSON. Owned by @arena. */
        const char *(*format)(Arena *arena, const void *value);

        /* For a Text that is kept as written: the words that are allowed, followed by NULL, and what else is; NULL: nothing. */
        const char *const *words;
        bool (*is_valid)(const char *text);

        /* For any other type: parses @text into @value, after its mark. @plain: it was written without quotes. Strings that are kept are
         * owned by @arena. Returns false if the text is not of this type. */
        bool (*parse)(const struct ScalarType *type, Arena *arena, const char *text, bool plain, void *value);
        int family; /* of an address */
        bool takes_prefix;

        /* Returns what else is wrong with a text that is not of this type, to follow the text; NULL: nothing. The function itself may be
         * NULL. */
        const char *(*explain)(const char *text, size_t length);
} ScalarType;

/* Parses the @length bytes of @text into @value, after its mark, as described above. */
bool scalar_parse(const ScalarType *type, Arena *arena, const char *text, size_t length, bool plain, void *value);

/* All types. */
extern const ScalarType container_name_type, bool_type, text_type, port_type, port_range_type, absolute_path_type,
        ipv4_type, ipv4_prefix_type, ipv6_type, ipv6_prefix_type, ip_address_type, mac_address_type,
        interface_name_type, interface_type, protocol_type, private_users_type, capability_type, device_node_type,
        device_modifier_type, resolv_conf_type, tmpfs_type, time_span_type, memory_type, cpu_quota_type, tasks_type,
        system_call_type, address_family_type, unit_type, credential_id_type, mode_type, idmap_type, user_type,
        host_path_type, host_path_missing_type, device_path_type, secret_change_type;

/* Whether @name can be the name of a container: a word that people use for one, and not a path. */
bool is_container_name(const char *name);
