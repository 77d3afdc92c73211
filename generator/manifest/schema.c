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
        .host_path_type = BY_DEFAULT("any"),
        .host_path_mode = BY_DEFAULT("0755"),
        .host_path_user = BY_DEFAULT("root"),
        .host_path_group = BY_DEFAULT("root"),
};

const RareOptions no_rare_options = {.timeout_start_sec = BY_DEFAULT("1min"),
        .timeout_reload_sec = BY_DEFAULT("10min"),
        .on_secret_change = BY_DEFAULT("ignore"),
#define S(option, symbol, placeholder) .switches[SWITCH_##symbol] = BY_DEFAULT(false),
        SWITCHES(S)
#undef S
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

/* The rows: what an option is called, where it is kept, its type, and what a change of it takes. */
#define ROW(kind_, option, object, member, ...)                                                                        \
        { .name = option, .kind = kind_, .offset = offsetof(object, member), __VA_ARGS__ }
#define SCALAR(option, object, member, of, takes, ...)                                                                 \
        ROW(FIELD_SCALAR, option, object, member, .type = &(of), .change = takes, __VA_ARGS__)
#define OBJECTS(option, object, member, Item, of, takes, ...)                                                          \
        ROW(FIELD_OBJECTS, option, object, member, .fields = of, .size = sizeof(Item), .change = takes, __VA_ARGS__)
#define NAMED(option, object, member, names, Item, of, takes, ...)                                                     \
        ROW(FIELD_NAMED, option, object, member, .type = &(names), .fields = of, .size = sizeof(Item),                 \
                .change = takes, __VA_ARGS__)
#define RARE_SCALAR(option, member, of, takes) SCALAR(option, RareOptions, member, of, takes, .is_rare = true)
#define RARE_LIST(option, member, of, takes)                                                                           \
        ROW(FIELD_LIST, option, RareOptions, member, .type = &(of), .size = sizeof(Text), .change = takes,             \
                .is_rare = true)

static const Field forward_fields[] = {
        SCALAR("protocol", Forward, protocol, protocol_type, CHANGE_RESTART),
        SCALAR("hostPort", Forward, host_port, port_range_type, CHANGE_RESTART, .required = true),
        SCALAR("containerPort", Forward, container_port, port_type, CHANGE_RESTART),
        SCALAR("hostIP", Forward, host_ip, ip_address_type, CHANGE_RESTART),
        SCALAR("openFirewall", Forward, open_firewall, bool_type, CHANGE_RESTART),
        {0},
};

static const Field bind_mount_fields[] = {
        SCALAR("hostPath", BindMount, host_path, absolute_path_type, CHANGE_RESTART),
        SCALAR("isReadOnly", BindMount, is_read_only, bool_type, CHANGE_RESTART),
        SCALAR("hostPathType", BindMount, host_path_type, host_path_type, CHANGE_NOTHING),
        SCALAR("hostPathMissing", BindMount, host_path_missing, host_path_missing_type, CHANGE_NOTHING),
        SCALAR("hostPathMode", BindMount, host_path_mode, mode_type, CHANGE_NOTHING),
        SCALAR("hostPathUser", BindMount, host_path_user, user_type, CHANGE_NOTHING),
        SCALAR("hostPathGroup", BindMount, host_path_group, user_type, CHANGE_NOTHING),
        SCALAR("idmap", BindMount, idmap, idmap_type, CHANGE_RESTART),
        {0},
};

static const Field credential_fields[] = {
        SCALAR("path", Credential, path, absolute_path_type, CHANGE_RESTART, .required = true),
        {0},
};

static const Field device_fields[] = {
        SCALAR("node", Device, node, device_node_type, CHANGE_RESTART, .required = true),
        SCALAR("modifier", Device, modifier, device_modifier_type, CHANGE_RESTART, .required = true),
        {0},
};

/* The options of a link stand in a container for the main one and in extraVeths for the others. */
#define LINK_ROWS(object, link)                                                                                        \
        SCALAR("hostBridge", object, link host_bridge, interface_name_type, CHANGE_RESTART),                           \
                SCALAR("hostAddress", object, link host_address, ipv4_type, CHANGE_RESTART),                           \
                SCALAR("hostAddress6", object, link host_address6, ipv6_type, CHANGE_RESTART),                         \
                SCALAR("localAddress", object, link local_address, ipv4_prefix_type, CHANGE_RESTART),                  \
                SCALAR("localAddress6", object, link local_address6, ipv6_prefix_type, CHANGE_RESTART),                \
                SCALAR("localMacAddress", object, link local_mac_address, mac_address_type, CHANGE_RESTART),           \
                OBJECTS("forwardPorts", object, link forward_ports, Forward, forward_fields, CHANGE_LIVE,              \
                        .defaults = &forward_defaults)

static const Field extra_veth_fields[] = {
        LINK_ROWS(Link, ),
        {0},
};

const Field container_fields[] = {
        SCALAR("system", Container, system, absolute_path_type, CHANGE_RELOAD, .required = true, .is_built = true),
        SCALAR("autoStart", Container, auto_start, bool_type, CHANGE_NOTHING),
        SCALAR("ephemeral", Container, ephemeral, bool_type, CHANGE_RESTART),
        SCALAR("privateNetwork", Container, private_network, bool_type, CHANGE_RESTART),
        SCALAR("enableTun", Container, enable_tun, bool_type, CHANGE_RESTART),
        SCALAR("restartIfChanged", Container, restart_if_changed, bool_type, CHANGE_NOTHING),
        SCALAR("internetAccess", Container, internet_access, bool_type, CHANGE_RESTART),
        LINK_ROWS(Container, link.),
        RARE_LIST("interfaces", interfaces, interface_type, CHANGE_RESTART),
        RARE_LIST("macvlans", macvlans, interface_type, CHANGE_RESTART),
        NAMED("extraVeths", RareOptions, extra_veths, interface_name_type, Link, extra_veth_fields, CHANGE_RESTART,
                .is_rare = true),
        RARE_SCALAR("networkNamespace", network_namespace, absolute_path_type, CHANGE_RESTART),
        RARE_SCALAR("resolvConf", resolv_conf, resolv_conf_type, CHANGE_RESTART),
        NAMED("bindMounts", Container, bind_mounts, absolute_path_type, BindMount, bind_mount_fields, CHANGE_RESTART,
                .added = CHANGE_LIVE, .defaults = &bind_mount_defaults),
        SCALAR("privateUsers", Container, private_users, private_users_type, CHANGE_RESTART),
        RARE_LIST("additionalCapabilities", additional_capabilities, capability_type, CHANGE_RESTART),
        RARE_LIST("dropCapabilities", drop_capabilities, capability_type, CHANGE_RESTART),
        OBJECTS("allowedDevices", RareOptions, allowed_devices, Device, device_fields, CHANGE_RESTART, .is_rare = true),
        RARE_LIST("devices", devices, device_path_type, CHANGE_RESTART),
        RARE_LIST("tmpfs", tmpfs, tmpfs_type, CHANGE_RESTART),
        RARE_LIST("extraFlags", extra_flags, text_type, CHANGE_RESTART),
        RARE_SCALAR("timeoutStartSec", timeout_start_sec, time_span_type, CHANGE_NOTHING),
        RARE_SCALAR("timeoutReloadSec", timeout_reload_sec, time_span_type, CHANGE_NOTHING),
        RARE_SCALAR("memoryMax", memory_max, memory_type, CHANGE_RESTART),
        RARE_SCALAR("cpuQuota", cpu_quota, cpu_quota_type, CHANGE_RESTART),
        RARE_SCALAR("tasksMax", tasks_max, tasks_type, CHANGE_RESTART),
#define S(option, symbol, placeholder) RARE_SCALAR(option, switches[SWITCH_##symbol], bool_type, CHANGE_RESTART),
        SWITCHES(S)
#undef S
                RARE_LIST("systemCallFilter", system_call_filter, system_call_type, CHANGE_RESTART),
        RARE_LIST("restrictAddressFamilies", address_families, address_family_type, CHANGE_RESTART),
        NAMED("credentials", RareOptions, credentials, credential_id_type, Credential, credential_fields,
                CHANGE_RESTART, .is_rare = true),
        RARE_SCALAR("onSecretChange", on_secret_change, secret_change_type, CHANGE_NOTHING),
        RARE_SCALAR("closure", closure, absolute_path_type, CHANGE_RESTART),
        RARE_LIST("after", after, unit_type, CHANGE_NOTHING),
        RARE_LIST("requires", requires, unit_type, CHANGE_NOTHING),
        RARE_LIST("wants", wants, unit_type, CHANGE_NOTHING),
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
