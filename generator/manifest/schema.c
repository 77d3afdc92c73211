/* SPDX-License-Identifier: MIT */
#include "manifest/schema.h"

/* What options are that are not given. Those that follow others are filled in when these are known, see document.c. */
#define BY_DEFAULT(...)                                                                                                \
        { DEFAULT_MARK, __VA_ARGS__ }

static const Forward forward_defaults = {
        .protocol = BY_DEFAULT("tcp"),
        .open_firewall = BY_DEFAULT(false),
};

static const BindMount bind_mount_defaults = {
        .is_read_only = BY_DEFAULT(true),
        .host_path_mode = BY_DEFAULT("0755"),
        .host_path_user = BY_DEFAULT("root"),
        .host_path_group = BY_DEFAULT("root"),
};

const RareOptions no_rare_options = {
        .timeout_start_sec = BY_DEFAULT("1min"),
        .no_new_privileges = BY_DEFAULT(false),
};

const Container container_defaults = {
        .auto_start = BY_DEFAULT(false),
        .ephemeral = BY_DEFAULT(false),
        .private_network = BY_DEFAULT(false),
        .enable_tun = BY_DEFAULT(false),
        .restart_if_changed = BY_DEFAULT(true),
        .private_users = BY_DEFAULT("no"),
        .rare = (RareOptions *)&no_rare_options,
};

static const Field forward_fields[] = {
        {"protocol", FIELD_SCALAR, offsetof(Forward, protocol), .type = &protocol_type, .change = CHANGE_RESTART},
        {"hostPort", FIELD_SCALAR, offsetof(Forward, host_port), .type = &port_range_type, .required = true,
                .change = CHANGE_RESTART},
        {"containerPort", FIELD_SCALAR, offsetof(Forward, container_port), .type = &port_type,
                .change = CHANGE_RESTART},
        {"hostIP", FIELD_SCALAR, offsetof(Forward, host_ip), .type = &ip_address_type, .change = CHANGE_RESTART},
        {"openFirewall", FIELD_SCALAR, offsetof(Forward, open_firewall), .type = &bool_type, .change = CHANGE_RESTART},
        {0},
};

static const Field bind_mount_fields[] = {
        {"hostPath", FIELD_SCALAR, offsetof(BindMount, host_path), .type = &absolute_path_type,
                .change = CHANGE_RESTART},
        {"isReadOnly", FIELD_SCALAR, offsetof(BindMount, is_read_only), .type = &bool_type, .change = CHANGE_RESTART},
        {"hostPathMode", FIELD_SCALAR, offsetof(BindMount, host_path_mode), .type = &mode_type,
                .change = CHANGE_NOTHING},
        {"hostPathUser", FIELD_SCALAR, offsetof(BindMount, host_path_user), .type = &user_type,
                .change = CHANGE_NOTHING},
        {"hostPathGroup", FIELD_SCALAR, offsetof(BindMount, host_path_group), .type = &user_type,
                .change = CHANGE_NOTHING},
        {"idmap", FIELD_SCALAR, offsetof(BindMount, idmap), .type = &idmap_type, .change = CHANGE_RESTART},
        {0},
};

static const Field credential_fields[] = {
        {"path", FIELD_SCALAR, offsetof(Credential, path), .type = &absolute_path_type, .required = true,
                .change = CHANGE_RESTART},
        {0},
};

static const Field device_fields[] = {
        {"node", FIELD_SCALAR, offsetof(Device, node), .type = &device_node_type, .required = true,
                .change = CHANGE_RESTART},
        {"modifier", FIELD_SCALAR, offsetof(Device, modifier), .type = &device_modifier_type, .required = true,
                .change = CHANGE_RESTART},
        {0},
};

/* The options of a link stand in a container for the main one and in extraVeths for the others. */
#define LINK_FIELDS(base)                                                                                              \
        {"hostBridge", FIELD_SCALAR, (base) + offsetof(Link, host_bridge), .type = &interface_name_type,               \
                .change = CHANGE_RESTART},                                                                             \
                {"hostAddress", FIELD_SCALAR, (base) + offsetof(Link, host_address), .type = &ipv4_type,               \
                        .change = CHANGE_RESTART},                                                                     \
                {"hostAddress6", FIELD_SCALAR, (base) + offsetof(Link, host_address6), .type = &ipv6_type,             \
                        .change = CHANGE_RESTART},                                                                     \
                {"localAddress", FIELD_SCALAR, (base) + offsetof(Link, local_address), .type = &ipv4_prefix_type,      \
                        .change = CHANGE_RESTART},                                                                     \
                {"localAddress6", FIELD_SCALAR, (base) + offsetof(Link, local_address6), .type = &ipv6_prefix_type,    \
                        .change = CHANGE_RESTART},                                                                     \
                {"localMacAddress", FIELD_SCALAR, (base) + offsetof(Link, local_mac_address),                          \
                        .type = &mac_address_type, .change = CHANGE_RESTART},                                          \
        {                                                                                                              \
                "forwardPorts", FIELD_OBJECTS, (base) + offsetof(Link, forward_ports),                                 \
                        .fields = forward_fields, .size = sizeof(Forward), .defaults = &forward_defaults,              \
                        .change = CHANGE_LIVE                                                                          \
        }

static const Field extra_veth_fields[] = {
        LINK_FIELDS(0),
        {0},
};

const Field container_fields[] = {
        {"system", FIELD_SCALAR, offsetof(Container, system), .type = &absolute_path_type, .required = true,
                .change = CHANGE_RELOAD},
        {"autoStart", FIELD_SCALAR, offsetof(Container, auto_start), .type = &bool_type, .change = CHANGE_NOTHING},
        {"ephemeral", FIELD_SCALAR, offsetof(Container, ephemeral), .type = &bool_type, .change = CHANGE_RESTART},
        {"privateNetwork", FIELD_SCALAR, offsetof(Container, private_network), .type = &bool_type,
                .change = CHANGE_RESTART},
        {"enableTun", FIELD_SCALAR, offsetof(Container, enable_tun), .type = &bool_type, .change = CHANGE_RESTART},
        {"restartIfChanged", FIELD_SCALAR, offsetof(Container, restart_if_changed), .type = &bool_type,
                .change = CHANGE_NOTHING},
        {"internetAccess", FIELD_SCALAR, offsetof(Container, internet_access), .type = &bool_type,
                .change = CHANGE_RESTART},
        LINK_FIELDS(offsetof(Container, link)),
        {"interfaces", FIELD_LIST, offsetof(RareOptions, interfaces), .is_rare = true, .type = &interface_type,
                .change = CHANGE_RESTART},
        {"macvlans", FIELD_LIST, offsetof(RareOptions, macvlans), .is_rare = true, .type = &interface_type,
                .change = CHANGE_RESTART},
        {"extraVeths", FIELD_NAMED, offsetof(RareOptions, extra_veths), .is_rare = true, .type = &interface_name_type,
                .fields = extra_veth_fields, .size = sizeof(Link), .change = CHANGE_RESTART},
        {"networkNamespace", FIELD_SCALAR, offsetof(RareOptions, network_namespace), .is_rare = true,
                .type = &absolute_path_type, .change = CHANGE_RESTART},
        {"resolvConf", FIELD_SCALAR, offsetof(RareOptions, resolv_conf), .is_rare = true, .type = &resolv_conf_type,
                .change = CHANGE_RESTART},
        {"bindMounts", FIELD_NAMED, offsetof(Container, bind_mounts), .type = &absolute_path_type,
                .fields = bind_mount_fields, .size = sizeof(BindMount), .defaults = &bind_mount_defaults,
                .change = CHANGE_RESTART, .added = CHANGE_LIVE},
        {"privateUsers", FIELD_SCALAR, offsetof(Container, private_users), .type = &private_users_type,
                .change = CHANGE_RESTART},
        {"additionalCapabilities", FIELD_LIST, offsetof(RareOptions, additional_capabilities), .is_rare = true,
                .type = &capability_type, .change = CHANGE_RESTART},
        {"dropCapabilities", FIELD_LIST, offsetof(RareOptions, drop_capabilities), .is_rare = true,
                .type = &capability_type, .change = CHANGE_RESTART},
        {"allowedDevices", FIELD_OBJECTS, offsetof(RareOptions, allowed_devices), .is_rare = true,
                .fields = device_fields, .size = sizeof(Device), .change = CHANGE_RESTART},
        {"tmpfs", FIELD_LIST, offsetof(RareOptions, tmpfs), .is_rare = true, .type = &tmpfs_type,
                .change = CHANGE_RESTART},
        {"extraFlags", FIELD_LIST, offsetof(RareOptions, extra_flags), .is_rare = true, .type = &text_type,
                .change = CHANGE_RESTART},
        {"timeoutStartSec", FIELD_SCALAR, offsetof(RareOptions, timeout_start_sec), .is_rare = true,
                .type = &time_span_type, .change = CHANGE_NOTHING},
        {"memoryMax", FIELD_SCALAR, offsetof(RareOptions, memory_max), .is_rare = true, .type = &memory_type,
                .change = CHANGE_RESTART},
        {"cpuQuota", FIELD_SCALAR, offsetof(RareOptions, cpu_quota), .is_rare = true, .type = &cpu_quota_type,
                .change = CHANGE_RESTART},
        {"tasksMax", FIELD_SCALAR, offsetof(RareOptions, tasks_max), .is_rare = true, .type = &tasks_type,
                .change = CHANGE_RESTART},
        {"noNewPrivileges", FIELD_SCALAR, offsetof(RareOptions, no_new_privileges), .is_rare = true, .type = &bool_type,
                .change = CHANGE_RESTART},
        {"systemCallFilter", FIELD_LIST, offsetof(RareOptions, system_call_filter), .is_rare = true,
                .type = &system_call_type, .change = CHANGE_RESTART},
        {"credentials", FIELD_NAMED, offsetof(RareOptions, credentials), .is_rare = true, .type = &credential_id_type,
                .fields = credential_fields, .size = sizeof(Credential), .change = CHANGE_RESTART},
        {"closure", FIELD_SCALAR, offsetof(RareOptions, closure), .is_rare = true, .type = &absolute_path_type,
                .change = CHANGE_RESTART},
        {"after", FIELD_LIST, offsetof(RareOptions, after), .is_rare = true, .type = &unit_type,
                .change = CHANGE_NOTHING},
        {"requires", FIELD_LIST, offsetof(RareOptions, requires), .is_rare = true, .type = &unit_type,
                .change = CHANGE_NOTHING},
        {"wants", FIELD_LIST, offsetof(RareOptions, wants), .is_rare = true, .type = &unit_type,
                .change = CHANGE_NOTHING},
        {0},
};

_Static_assert(sizeof(container_fields) / sizeof(container_fields[0]) - 1 <= FIELDS_MAX, "it has the most");

/* What opens the objects that have names: the reader puts the name there. */
_Static_assert(offsetof(BindMount, mount_point) == 0, "the name comes first");
_Static_assert(offsetof(Credential, id) == 0, "the name comes first");
_Static_assert(offsetof(Link, name) == 0, "the name comes first");

/* They are compared. */
_Static_assert(CHANGE_UNKNOWN < CHANGE_NOTHING && CHANGE_NOTHING < CHANGE_LIVE && CHANGE_LIVE < CHANGE_RELOAD &&
                       CHANGE_RELOAD < CHANGE_RESTART,
        "from the least to the most");

const void *field_value(const Field *field, const void *object) {
        return (const char *)(field->is_rare ? ((const Container *)object)->rare : object) + field->offset;
}
