/* SPDX-License-Identifier: MIT */
/* Scalars: of which type a text in a manifest can be, and how it is read and shown. */
#pragma once

#include "base/arena.h"
#include "manifest/container.h"

/* The type of a scalar. */
typedef struct ScalarType {
        /* What is allowed, to stand behind "… is not ". */
        const char *expected;
        /* Size of the value in the model: Text, Flag, … */
        size_t size;
        /* Gives a value as JSON. Owned by @arena. */
        const char *(*format)(Arena *arena, const void *value);

        /* Of a Text that is kept as it is written: the words that are allowed, with NULL behind them, and what else is; NULL: nothing. */
        const char *const *words;
        bool (*is_valid)(const char *text);

        /* Of anything else: reads @text into @value, behind its mark. @plain tells that it was written without quotes. Texts that are kept
         * are owned by @arena. False if the text is not of this type. */
        bool (*parse)(const struct ScalarType *type, Arena *arena, const char *text, bool plain, void *value);
        int family; /* of an address */
        bool takes_prefix;

        /* Says of a text that is not of this type what else is wrong with it, to stand behind it; NULL: nothing. Or there is no such function. */
        const char *(*explain)(const char *text, size_t length);
} ScalarType;

/* Reads the @length bytes of @text into @value, behind its mark, as said above. */
bool scalar_parse(const ScalarType *type, Arena *arena, const char *text, size_t length, bool plain, void *value);

/* The types that there are. */
extern const ScalarType container_name_type, bool_type, text_type, port_type, port_range_type, absolute_path_type,
        ipv4_type, ipv4_prefix_type, ipv6_type, ipv6_prefix_type, ip_address_type, mac_address_type,
        interface_name_type, interface_type, protocol_type, private_users_type, capability_type, device_node_type,
        device_modifier_type, resolv_conf_type, tmpfs_type, time_span_type, memory_type, cpu_quota_type, tasks_type,
        system_call_type, unit_type, credential_id_type, mode_type, idmap_type, user_type;

/* Whether @name may be a container's: one of the words that people use for them, and no path. */
bool is_container_name(const char *name);
