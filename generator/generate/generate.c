/* SPDX-License-Identifier: MIT */
#include "generate/generate.h"

#include <dirent.h>
#include <sys/param.h>

#include "base/file.h"
#include "base/lines.h"
#include "config.h"
#include "generate/template.h"
#include "generate/templates.h"
#include "manifest/closures.h"
#include "manifest/entry.h"
#include "manifest/order.h"
#include "manifest/schema.h"
#include "state/paths.h"
#include "state/record.h"
#include "systemd/escape.h"
#include "systemd/interface-name.h"
#include "systemd/log.h"
#include "systemd/option-path.h"

/* It runs in the container, and needs nothing else there. */
#define CONTAINER_INIT_PATH LIBEXECDIR "/container-init"

/* The placeholders of the templates. */
#define PLACEHOLDERS(P)                                                                                                \
        /* The same in every file. */                                                                                  \
        P(CONTAINER_INIT, "container-init")                                                                            \
        P(CONTAINER_RUNTIME, "container-runtime")                                                                      \
        P(ECHO, "echo")                                                                                                \
        P(FALSE, "false")                                                                                              \
        P(NFT, "nft")                                                                                                  \
        P(SYSTEMD_NSPAWN, "systemd-nspawn")                                                                            \
        P(SYSTEMD_RUN, "systemd-run")                                                                                  \
        P(GENERATOR_DIRECTORY, "generator-directory")                                                                  \
        P(RECORDS, "records")                                                                                          \
        P(AUTO_START, "auto-start")                                                                                    \
        /* Of one container. */                                                                                        \
        P(NAME, "name")                                                                                                \
        P(MANIFEST, "manifest")                                                                                        \
        P(LINE, "line")                                                                                                \
        P(SYSTEM, "system")                                                                                            \
        P(ROOT, "root")                                                                                                \
        P(EPHEMERAL_NAME, "ephemeral-name")                                                                            \
        P(REQUIRED_PATH, "required-path")                                                                              \
        P(AFTER, "after")                                                                                              \
        P(REQUIRES, "requires")                                                                                        \
        P(WANTS, "wants")                                                                                              \
        P(DEVICE, "device")                                                                                            \
        P(CLAIM, "claim")                                                                                              \
        P(TIMEOUT_START, "timeout-start")                                                                              \
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
        P(LINK_PEER, "link.peer")                                                                                      \
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
        /* What systemd-nspawn is told. */                                                                             \
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
        P(NO_NEW_PRIVILEGES, "no-new-privileges")                                                                      \
        P(SYSTEM_CALL_FILTER, "system-call-filter")                                                                    \
        P(STORE, "store")                                                                                              \
        P(NIX_STATE, "nix-state")                                                                                      \
        P(NIX_ROOTS, "nix-roots")                                                                                      \
        P(CREDENTIAL, "credential")                                                                                    \
        P(CREDENTIAL_PATH, "credential.path")                                                                          \
        P(BIND, "bind")                                                                                                \
        P(BIND_TARGET, "bind.target")                                                                                  \
        P(BIND_IDMAP, "bind.idmap")                                                                                    \
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
        /* What systemd-tmpfiles is told. */                                                                           \
        P(HOST_PATH, "host-path")                                                                                      \
        P(HOST_PATH_MODE, "host-path.mode")                                                                            \
        P(HOST_PATH_USER, "host-path.user")                                                                            \
        P(HOST_PATH_GROUP, "host-path.group")                                                                          \
        /* Of a broken container. */                                                                                   \
        P(SHOWN_NAME, "shown-name")                                                                                    \
        P(RECORDED_NAME, "recorded-name")                                                                              \
        P(FIRST_DIAGNOSTIC, "first-diagnostic")                                                                        \
        P(DIAGNOSTIC, "diagnostic")

typedef enum PlaceholderNumber {
#define P(symbol, name) symbol,
        PLACEHOLDERS(P)
#undef P
                PLACEHOLDERS_LENGTH,
        FIRST_OF_CONTAINER = NAME,
} PlaceholderNumber;

static const char *const placeholder_names[PLACEHOLDERS_LENGTH] = {
#define P(symbol, name) name,
        PLACEHOLDERS(P)
#undef P
};

typedef struct Generator {
        const GenerateOptions *options;
        Manifest *manifest;
        Output *output;
        Template *templates[TEMPLATES_LENGTH];
        Values values[PLACEHOLDERS_LENGTH];
        Window window;           /* of the manifest */
        Buffer entry;            /* the container's, as it is declared */
        Arena scratch;           /* texts that are valid for one container */
        const char *last_system; /* whose architecture was looked up last */
        bool last_is_i686;
        bool any_follows; /* a container whose name servers change with the host's, or that has the unit of its record, as it may be one */
} Generator;

static void add(Generator *g, PlaceholderNumber placeholder, const char *value) {
        values_add(&g->values[placeholder], value);
}

static void render(const Generator *g, TemplateId template, Buffer *buffer) {
        template_render(g->templates[template], g->values, buffer);
}

static void write_file(Generator *g, TemplateId template, const char *directory, const char *name) {
        render(g, template, output_start(g->output, directory, name));
        output_end(g->output);
}

/* Texts that are joined of others. */
#define text(g, ...) arena_printf(&(g)->scratch, __VA_ARGS__)

static const char *number_text(Generator *g, uint32_t number) {
        return arena_number(&g->scratch, number);
}

static const char *join(Generator *g, const char *a, const char *b) {
        return arena_join(&g->scratch, a, b);
}

static const char *address_text(Generator *g, const AddressValue *value, bool with_prefix) {
        char shown[ADDRESS_SIZE];
        const char *address = address_format(&value->address, shown);

        if (!with_prefix)
                return arena_copy(&g->scratch, address, strlen(address));
        return join(g, address, join(g, "/", number_text(g, value->address.prefix)));
}

static bool has_address(const AddressValue *value) {
        return value->address.family != 0;
}

static void add_device_unit(Generator *g, const char *interface) {
        const char *name = arena_copy(&g->scratch, interface, interface_host_length(interface));

        add(g, DEVICE, join(g, escape_unit_path(&g->scratch, join(g, "/sys/subsystem/net/devices/", name)), ".device"));
}

/* The host's end of a link as ip(8) is told, and the container's end as container-init is told. */
static void add_link_addresses(
        Generator *g, const Link *link, const char *name, const char *inside, PlaceholderNumber way_to_host) {
        const AddressValue *host[] = {&link->host_address, &link->host_address6};
        const AddressValue *local[] = {&link->local_address, &link->local_address6};
        const PlaceholderNumber placeholders[] = {HOST_ADDRESS, HOST_ADDRESS6};
        const char *inside_is = join(g, inside, "=");

        for (int i = 0; i < 2; i++) {
                if (has_address(host[i])) {
                        add(g, way_to_host, join(g, inside_is, address_text(g, host[i], false)));
                        if (!link->host_bridge.text) {
                                add(g, placeholders[i], address_text(g, host[i], true));
                                add(g, placeholders[i] + 1, name);
                        }
                }
                if (has_address(local[i])) {
                        add(g, INSIDE_ADDRESS, join(g, inside_is, address_text(g, local[i], true)));
                        if (!link->host_bridge.text) {
                                add(g, HOST_ROUTE, address_text(g, local[i], false));
                                add(g, HOST_ROUTE_LINK, name);
                        }
                }
        }
}

/* Whether one address of the host is forwarded, and not any of a family or of both. */
static bool is_of_one_address(const Forward *forward) {
        return has_address(&forward->host_ip) && !address_is_any(&forward->host_ip.address);
}

/* The elements of the maps in templates/container.nft that lead to @local. */
static void add_forward(
        Generator *g, const Forward *forward, const AddressValue *local, const char *port, const char *target_port) {
        static const char *const maps[2][2][2] = {
                {{"forwards6", "open6"}, {"forwards6at", "open6at"}},
                {{"forwards4", "open4"}, {"forwards4at", "open4at"}},
        };
        const AddressValue *host = &forward->host_ip;
        bool is_ipv4 = local->address.family == AF_INET, at = is_of_one_address(forward);
        const char *key, *target;

        if (!has_address(local) || (has_address(host) && host->address.family != local->address.family) ||
                address_is_loopback(&host->address))
                return;
        key = join(g, forward_protocol(forward), join(g, " . ", port));
        if (at)
                key = join(g, address_text(g, host, false), join(g, " . ", key));
        target = join(g, address_text(g, local, false), join(g, " . ", target_port));
        for (int i = 0; i < (forward->open_firewall.value ? 2 : 1); i++) {
                add(g, FORWARD, maps[is_ipv4][at][i]);
                add(g, FORWARD_KEY, key);
                add(g, FORWARD_TARGET, target);
        }
}

static const char *socket_address(Generator *g, const AddressValue *address, const char *port) {
        const char *shown = address_text(g, address, false);

        return address->address.family == AF_INET ? text(g, "%s:%s", shown, port) : text(g, "[%s]:%s", shown, port);
}

/* A socket on the host's loopback addresses, see localhost.h. One of 0.0.0.0 and one of :: can have the same port. */
static void add_localhost(
        Generator *g, const Forward *forward, const AddressValue *local, const char *port, const char *target_port) {
        const AddressValue *host = &forward->host_ip;

        if (!has_address(host)) {
                add(g, LOCALHOST, port);
                add(g, LOCALHOST_LISTEN, text(g, "127.0.0.1:%s [::1]:%s", port, port));
        } else if (is_of_one_address(forward) && !address_is_loopback(&host->address)) {
                return;
        } else {
                bool is_ipv4 = host->address.family == AF_INET;
                const char *address = is_of_one_address(forward) ? address_text(g, host, false)
                                      : is_ipv4                  ? "127.0.0.1"
                                                                 : "::1";

                add(g, LOCALHOST, text(g, "%s:%s", address, port));
                add(g, LOCALHOST_LISTEN, text(g, is_ipv4 ? "%s:%s" : "[%s]:%s", address, port));
        }
        add(g, LOCALHOST_TARGET, socket_address(g, local, target_port));
}

/* What comes back to the network it is from has to pass the host in both directions. */
static void add_hairpin(Generator *g, const Link *link, const char *link_name, const AddressValue *local) {
        if (!has_address(local))
                return;
        add(g, HAIRPIN, local->address.family == AF_INET ? "hairpins4" : "hairpins6");
        add(g, HAIRPIN_LINK, link->host_bridge.text ? link->host_bridge.text : link_name);
        add(g, HAIRPIN_ADDRESS, address_text(g, local, false));
}

static void add_forwards(Generator *g, const Link *link, const char *link_name) {
        const AddressValue *ipv4 = &link->local_address, *ipv6 = &link->local_address6;
        const AddressValue *any = has_address(ipv4) ? ipv4 : ipv6;
        const Forward *forwards = link->forward_ports.items;

        for (uint32_t i = 0; i < link->forward_ports.length; i++) {
                const Forward *forward = &forwards[i];
                uint32_t first = forward->host_port.first, inside = forward_container_port(forward);

                for (uint32_t n = 0; n <= forward->host_port.last - first; n++) {
                        const char *port = number_text(g, first + n), *target_port = number_text(g, inside + n);

                        add_forward(g, forward, ipv4, port, target_port);
                        add_forward(g, forward, ipv6, port, target_port);
                        if (has_address(any) && forward_is_tcp(forward))
                                add_localhost(g, forward, any, port, target_port);
                        /* An address that the container gets by itself (DHCP, SLAAC) only systemd-nspawn can know. */
                        if (!has_address(any) && !link->name.text)
                                add(g, NSPAWN_PORT, text(g, "%s:%s:%s", forward_protocol(forward), port, target_port));
                }
        }
        if (link->forward_ports.length > 0) {
                add_hairpin(g, link, link_name, &link->local_address);
                add_hairpin(g, link, link_name, &link->local_address6);
        }
}

/* One end of the link is made under a name that only the other end's user knows, and gets its own when systemd-nspawn
 * moves it into the container. Until then both have names that DHCP clients and network managers leave alone: "ve-" and
 * "vb-". */
static void add_link(Generator *g, const Container *container, const Link *link, uint32_t index) {
        const char *name = container->name.text, *bridge = link->host_bridge.text, *inside = "eth0", *long_name = NULL;
        char host[IFNAMSIZ], peer[IFNAMSIZ], mac[MAC_ADDRESS_SIZE], peer_mac[MAC_ADDRESS_SIZE];
        const MachineId *machine = &g->options->machine_id;
        const char *host_name;

        if (link->name.text) {
                inside = host_name = link->name.text;
                interface_name_shorten("vb-", text(g, "%s+%s", name, inside), peer);
                mac_address_derive(machine, name, MAC_ADDRESS_EXTRA_HOST, index, mac);
                mac_address_derive(machine, name, MAC_ADDRESS_EXTRA_CONTAINER, index, peer_mac);
        } else {
                if (interface_name_shorten(bridge ? "vb-" : "ve-", name, host))
                        long_name = join(g, bridge ? "vb-" : "ve-", name);
                host_name = arena_copy(&g->scratch, host, strlen(host));
                interface_name_shorten(bridge ? "ve-" : "vb-", name, peer);
                mac_address_derive(machine, name, MAC_ADDRESS_HOST, 0, mac);
                mac_address_derive(machine, name, MAC_ADDRESS_CONTAINER, 0, peer_mac);
        }

        add(g, LINK, host_name);
        add(g, LINK_MAC, arena_copy(&g->scratch, mac, strlen(mac)));
        add(g, LINK_PEER, arena_copy(&g->scratch, peer, strlen(peer)));
        add(g, LINK_PEER_MAC,
                link->local_mac_address.text ? link->local_mac_address.text
                                             : arena_copy(&g->scratch, peer_mac, strlen(peer_mac)));
        add(g, LINK_INSIDE, inside);
        if (long_name) {
                add(g, LONG_LINK, host_name);
                add(g, LONG_LINK_NAME, long_name);
        }
        if (bridge) {
                add(g, BRIDGED_LINK, host_name);
                add(g, BRIDGED_LINK_BRIDGE, bridge);
                add_device_unit(g, bridge);
        }
        add_link_addresses(g, link, host_name, inside, link->name.text ? INSIDE_ROUTE : INSIDE_GATEWAY);
}

/* Who is in none of the sets is up to the host's own rules. */
static void add_internet_access(Generator *g, const Container *container) {
        const Link *link = &container->link, *veths = container->rare->extra_veths.items;
        bool is_routed = container_has_link(container) && !link->host_bridge.text;

        if (is_routed)
                add(g, RESTRICTED_LINK, g->values[LINK].items[0].text);
        if (is_routed && container->internet_access.value)
                add(g, INTERNET_LINK, g->values[LINK].items[0].text);
        for (uint32_t i = 0; i < container->rare->extra_veths.length; i++)
                if (!veths[i].host_bridge.text)
                        add(g, RESTRICTED_LINK, veths[i].name.text);
}

static void add_network(Generator *g, const Container *container) {
        const Text *interfaces = container->rare->interfaces.items, *macvlans = container->rare->macvlans.items;
        const Link *veths = container->rare->extra_veths.items;

        if (container->private_network.value)
                add(g, PRIVATE_NETWORK, "");
        if (container->rare->network_namespace.text)
                add(g, NETWORK_NAMESPACE, container->rare->network_namespace.text);
        if (container_has_link(container))
                add_link(g, container, &container->link, 0);
        if (container->private_network.value)
                add_forwards(g, &container->link, g->values[LINK].length > 0 ? g->values[LINK].items[0].text : NULL);
        for (uint32_t i = 0; i < container->rare->extra_veths.length; i++) {
                add_link(g, container, &veths[i], i);
                add_forwards(g, &veths[i], veths[i].name.text);
        }
        if (container->internet_access.mark.line > 0)
                add_internet_access(g, container);
        for (uint32_t i = 0; i < container->rare->interfaces.length; i++) {
                add(g, INTERFACE, interfaces[i].text);
                add_device_unit(g, interfaces[i].text);
        }
        for (uint32_t i = 0; i < container->rare->macvlans.length; i++) {
                add(g, MACVLAN, macvlans[i].text);
                add_device_unit(g, macvlans[i].text);
        }
}

static void add_bind_mounts(Generator *g, const Container *container) {
        const BindMount *mounts = container->bind_mounts.items;

        for (uint32_t i = 0; i < container->bind_mounts.length; i++) {
                const BindMount *mount = &mounts[i];
                const char *source = mount->host_path.text ? mount->host_path.text : mount->mount_point.text;
                const char *idmap = bind_mount_idmap(container, mount);
                bool writable = mount->is_read_only.mark.line > 0 && !mount->is_read_only.value;

                add(g, writable ? BIND : BIND_RO, escape_bind_path(&g->scratch, source));
                add(g, writable ? BIND_TARGET : BIND_RO_TARGET, escape_bind_path(&g->scratch, mount->mount_point.text));
                add(g, writable ? BIND_IDMAP : BIND_RO_IDMAP, idmap ? join(g, ":", idmap) : "");
                add(g, REQUIRED_PATH, source);
                add(g, HOST_PATH, source);
                add(g, HOST_PATH_MODE, mount->host_path_mode.text ? mount->host_path_mode.text : "0755");
                add(g, HOST_PATH_USER, mount->host_path_user.text ? mount->host_path_user.text : "root");
                add(g, HOST_PATH_GROUP, mount->host_path_group.text ? mount->host_path_group.text : "root");
        }
}

static void add_texts(Generator *g, PlaceholderNumber placeholder, const List *list) {
        const Text *texts = list->items;

        for (uint32_t i = 0; i < list->length; i++)
                add(g, placeholder, texts[i].text);
}

static void add_device_allow(Generator *g, const char *node, const char *modifier) {
        add(g, DEVICE_ALLOW, node);
        add(g, DEVICE_ALLOW_MODIFIER, modifier);
}

/* Settings with a percentage expand no specifiers, so their sign stands in the template, where it is not doubled. */
static void add_limit(Generator *g, const Text *limit, PlaceholderNumber number, PlaceholderNumber percent) {
        size_t length = limit->text ? strlen(limit->text) : 0;

        if (length > 0 && limit->text[length - 1] == '%')
                add(g, percent, arena_copy(&g->scratch, limit->text, length - 1));
        else if (length > 0)
                add(g, number, limit->text);
}

static void add_limits(Generator *g, const Container *container) {
        add_limit(g, &container->rare->memory_max, MEMORY_MAX, MEMORY_MAX_PERCENT);
        add_limit(g, &container->rare->cpu_quota, CPU_QUOTA_PERCENT, CPU_QUOTA_PERCENT);
        add_limit(g, &container->rare->tasks_max, TASKS_MAX, TASKS_MAX_PERCENT);
}

static void add_order(Generator *g, PlaceholderNumber placeholder, const List *units) {
        const Text *items = units->items;

        for (uint32_t i = 0; i < units->length; i++)
                add(g, placeholder, order_unit(&g->scratch, items[i].text));
}

/* systemd-nspawn reads the files itself, so that their content is nowhere else. */
static void add_credentials(Generator *g, const Container *container) {
        const Credential *credentials = container->rare->credentials.items;

        for (uint32_t i = 0; i < container->rare->credentials.length; i++) {
                add(g, CREDENTIAL, credentials[i].id.text);
                add(g, CREDENTIAL_PATH, credentials[i].path.text);
                add(g, REQUIRED_PATH, credentials[i].path.text);
        }
}

/* What a container sees of the host's Nix. With a closure that is no more than the paths in it, on an empty directory. */
static void add_store(Generator *g, const Container *container) {
        if (!container->rare->closure.text) {
                add(g, STORE, STORE_DIRECTORY);
                add(g, NIX_STATE, "db");
                add(g, NIX_STATE, "daemon-socket");
                add(g, NIX_ROOTS, "profiles");
                add(g, NIX_ROOTS, "gcroots");
                return;
        }
        add(g, TMPFS, STORE_DIRECTORY ":mode=0755");
        for (uint32_t i = 0; i < container->rare->store_paths_length; i++)
                add(g, STORE, container->rare->store_paths[i]);
        if (!closure_has(container, CONTAINER_INIT_PATH) && is_in_store(CONTAINER_INIT_PATH))
                add(g, STORE, CONTAINER_INIT_PATH);
}

/* Whether systemd-nspawn is told of resolv.conf, where that came before the option for it. */
static bool has_resolv_conf_flag(const Container *container) {
        const Text *flags = container->rare->extra_flags.items;

        for (uint32_t i = 0; i < container->rare->extra_flags.length; i++)
                if (strncmp(flags[i].text, "--resolv-conf", 13) == 0)
                        return true;
        return false;
}

/* Where the container's name servers are from. By itself it follows the host: it sees a directory with a copy of the host's
 * resolv.conf that container-runtime keeps up to date (resolv-conf.h), and container-init makes /etc/resolv.conf a link to that. So
 * nothing has to be written into a container that runs, where links could lead a program of the host astray; and a system that puts
 * something else in the link's place has its own from then on. */
static void add_resolv_conf(Generator *g, const Container *container) {
        bool follows = !container->rare->resolv_conf.text && !has_resolv_conf_flag(container);

        add(g, RESOLV_CONF, container->rare->resolv_conf.text ? container->rare->resolv_conf.text : "off");
        if (!follows)
                return;
        add(g, HOST_RESOLV_CONF, container_has_own_loopback(container) ? RESOLV_CONF_UPLINK : RESOLV_CONF_HOST);
        add(g, INSIDE_RESOLV_CONF, RESOLV_CONF_INSIDE);
        add(g, WANTS, RESOLV_CONF_UNIT ".path");
        add(g, AFTER, RESOLV_CONF_UNIT ".path");
        g->any_follows = true;
}

static void add_permissions(Generator *g, const Container *container) {
        const Device *devices = container->rare->allowed_devices.items;
        bool shifted = container_has_shifted_users(container);

        add(g, PRIVATE_USERS, container->private_users.text ? container->private_users.text : "no");
        add(g, IDMAP, shifted ? ":idmap" : "");
        if (shifted)
                /* "auto" would give a state directory to other users where its file system has no idmapped mounts. */
                add(g, PRIVATE_USERS_OWNERSHIP, container->ephemeral.value ? "auto" : "map");
        add_texts(g, CAPABILITY, &container->rare->additional_capabilities);
        add_texts(g, DROP_CAPABILITY, &container->rare->drop_capabilities);
        if (container->rare->no_new_privileges.value)
                add(g, NO_NEW_PRIVILEGES, "yes");
        add_texts(g, SYSTEM_CALL_FILTER, &container->rare->system_call_filter);
        for (uint32_t i = 0; i < container->rare->allowed_devices.length; i++)
                add_device_allow(g, devices[i].node.text, devices[i].modifier.text);
        if (container->enable_tun.value)
                add(g, CAPABILITY, "CAP_NET_ADMIN");
        /* In a user namespace systemd-nspawn binds the host's /dev/net/tun, as it cannot make the node there. */
        if (container->enable_tun.value || (shifted && container_has_own_network(container)))
                add_device_allow(g, "/dev/net/tun", "rwm");
}

/* Adds an error about the container that only shows now. */
static void complain(Generator *g, const Container *container, const char *message) {
        diagnose(&g->manifest->diagnostics, SEVERITY_ERROR, container->name.text, container->file,
                &container->name.mark, option_path(g->manifest->arena, container->name.text, NULL), "%s", message);
}

static void complain_unread(Generator *g, const Container *container, const char *path, int error) {
        complain(g, container, text(g, "%s cannot be read: %s", path, strerror(-error)));
}

/* Looks up whether the container's system is of 32 bits, by its file "system". Containers of one system tend to stand together.
 * False if the file cannot be read. */
static bool read_architecture(Generator *g, const Container *container) {
#ifdef __x86_64__
        const char *system = container->system.text;
        char path[PATH_MAX], content[5];
        ssize_t n = -1;

        if (g->last_system && strcmp(g->last_system, system) == 0)
                return true;
        g->last_system = NULL;
        errno = ENAMETOOLONG;
        if (snprintf(path, sizeof(path), "%s%s/system", g->options->root, system) < (int)sizeof(path))
                n = read_file_start(path, content, sizeof(content));
        if (n < 0 && !is_no_file(errno)) {
                complain_unread(g, container, path + strlen(g->options->root), -errno);
                return false;
        }
        g->last_system = system;
        g->last_is_i686 = n == sizeof(content) && memcmp(content, "i686-", sizeof(content)) == 0;
#else
        (void)g, (void)container;
#endif
        return true;
}

/* Reads the container's entry as it stands in its manifest, where another file can stand by now, and what its unit depends on beside
 * that. False, with a diagnostic, if not all of it can be read. */
static bool read_files(Generator *g, const Container *container) {
        int r = entry_read(container, &g->window, &g->entry);

        if (r < 0) {
                complain_unread(g, container, container->file, r);
                return false;
        }
        if (g->options->machine_id_error != 0 &&
                (container_has_link(container) || container->rare->extra_veths.length > 0)) {
                complain_unread(g, container, "/etc/machine-id", -g->options->machine_id_error);
                return false;
        }
        return read_architecture(g, container);
}

/* Starts a container anew: no placeholder has a value but those of all. */
static void start_container(Generator *g, const Container *container) {
        arena_reset(&g->scratch);
        for (size_t i = FIRST_OF_CONTAINER; i < PLACEHOLDERS_LENGTH; i++)
                g->values[i].length = 0;
        add(g, NAME, container->name.text);
        add(g, MANIFEST, container->file);
        add(g, LINE, number_text(g, container->name.mark.line));
}

/* The longest line of a unit, and the longest setting on lines which end with a backslash, is somewhat less than 1 MiB:
 * LONG_LINE_MAX in systemd. */
#define SETTING_MAX ((1 << 20) - 1024)
#define ENTRY_LINE_MAX 65536

/* The length of the longest setting in @unit, in bytes, with all its lines. */
static size_t longest_setting(const Buffer *unit) {
        const char *setting = unit->text;
        size_t longest = 0;

        for_each_line(line, end, unit) {
                if (end > line && end[-1] == '\\')
                        continue;
                longest = MAX(longest, (size_t)(end - setting));
                setting = end + 1;
        }
        return longest;
}

/* Appends the container's entry as comments of the unit. */
static void append_entry(const Generator *g, const Container *container, Buffer *unit) {
        const char *line, *end;
        size_t column;
        char mark = '#';

        column = entry_column(container, &g->entry);
        end = g->entry.text + g->entry.length;
        for (line = g->entry.text; line < end;) {
                const char *newline = memchr(line, '\n', (size_t)(end - line));
                size_t length = (size_t)((newline ? newline : end) - line);
                bool cut = length > ENTRY_LINE_MAX;

                length = cut ? ENTRY_LINE_MAX : length;
                buffer_append(unit, &mark, 1);
                for (; column > 0; column--)
                        buffer_append(unit, " ", 1);
                buffer_append(unit, line, length);
                buffer_append(unit, "\n", 1);
                mark = cut ? ';' : '#';
                line += cut ? length : length + 1;
        }
}

/* False, with a diagnostic, if there is something that it cannot read or that systemd could not: then nothing is written. */
static bool generate_container(Generator *g, const Container *container) {
        const char *name = container->name.text;
        const char *root = container->ephemeral.value ? EPHEMERAL_ROOTS : STATE_ROOTS;
        Buffer *unit, service;
        size_t start;
        bool has_rules;

        if (!read_files(g, container))
                return false;
        start_container(g, container);
        add(g, SYSTEM, container->system.text);
        add(g, ROOT, join(g, root, name));
        add(g, TIMEOUT_START,
                container->rare->timeout_start_sec.text ? container->rare->timeout_start_sec.text : "1min");
        add(g, REQUIRED_PATH, g->values[ROOT].items[0].text);
        if (container->ephemeral.value)
                add(g, EPHEMERAL_NAME, name);
        else
                add(g, LINK_JOURNAL, "try-guest");
        if (g->last_is_i686)
                add(g, PERSONALITY, "x86");
        add_resolv_conf(g, container);
        add_permissions(g, container);
        add_store(g, container);
        add_bind_mounts(g, container);
        add_credentials(g, container);
        add_limits(g, container);
        add_order(g, AFTER, &container->rare->after);
        add_order(g, REQUIRES, &container->rare->requires);
        add_order(g, WANTS, &container->rare->wants);
        add_texts(g, TMPFS, &container->rare->tmpfs);
        add_texts(g, EXTRA_FLAG, &container->rare->extra_flags);
        add_network(g, container);
        for (uint32_t i = 0; i < container->claims_length; i++)
                add(g, CLAIM, container->claims[i].text);

        has_rules = g->values[FORWARD].length + g->values[RESTRICTED_LINK].length > 0;

        unit = output_start(g->output, NULL, join(g, "container@", join(g, name, ".service")));
        start = unit->length;
        render(g, TEMPLATE_container_service, unit);
        service = (Buffer){.text = unit->text + start, .length = unit->length - start};
        if (service.length > SETTING_MAX && longest_setting(&service) > SETTING_MAX) {
                const char *paths = container->rare->closure.text ? text(g, "paths in its closure (%u), or too many ",
                                                                            container->rare->store_paths_length)
                                                                  : "";

                output_cancel(g->output);
                complain(g, container,
                        text(g,
                                "a setting of its unit would be longer than 1 MiB, which systemd does not read: "
                                "it has too many %soptions that are lists, such as bindMounts",
                                paths));
                return false;
        }
        if (container->claims_length > 0)
                render(g, TEMPLATE_container_claims, unit);
        render(g, TEMPLATE_container_tmpfiles, unit);
        if (g->values[LINK].length > 0)
                render(g, TEMPLATE_container_network, unit);
        if (has_rules)
                render(g, TEMPLATE_container_nft, unit);
        if (g->values[LOCALHOST].length > 0)
                render(g, TEMPLATE_container_localhost, unit);
        render(g, TEMPLATE_container_manifest, unit);
        append_entry(g, container, unit);
        render(g, TEMPLATE_container_end, unit);
        output_end(g->output);
        return true;
}

static void add_errors(Generator *g, const Errors *errors) {
        for (const Diagnostic *d = errors ? errors->first : NULL; d; d = d->next_of_same)
                add(g, DIAGNOSTIC, d->text);
        if (errors && errors->length > errors->kept)
                add(g, DIAGNOSTIC, text(g, "… and %u more.", errors->length - errors->kept));
}

/* There is at least one: a container is broken by an error about it, or by one about its whole file. */
static void add_diagnostics(Generator *g, const Container *container) {
        add_errors(g, diagnostics_errors(&g->manifest->diagnostics, container->name.text, NULL));
        add_errors(g, diagnostics_errors(&g->manifest->diagnostics, NULL, container->file));
        add(g, FIRST_DIAGNOSTIC, g->values[DIAGNOSTIC].items[0].text);
}

/* Returns the name of the unit, NULL if no unit can have such a name. */
static const char *broken_unit_name(Generator *g, const char *name) {
        const char *unit = text(g, "container@%s.service", escape_unit_instance(&g->scratch, name));

        return name[0] != '\0' && strlen(unit) <= NAME_MAX ? unit : NULL;
}

/* Writes the unit of the record of the container @name as what it was in the generator's directory, with a drop-in @file that says why
 * it is there. False, with errno set, if it cannot be read. */
static bool restore(Generator *g, const char *name, TemplateId drop_in, const char *file) {
        const char *directory = arena_printf(g->manifest->arena, "container@%s.service.d", name);
        Buffer unit = BUFFER_NULL;
        bool good = read_file(text(g, "%s" RECORDS_DIRECTORY "/%s/" RECORD_UNIT, g->options->root, name), &unit) >= 0;

        if (good) {
                buffer_append(
                        output_start(g->output, NULL, text(g, "container@%s.service", name)), unit.text, unit.length);
                output_end(g->output);
                write_file(g, drop_in, directory, file);
                /* It may be one that has the name servers of the host. */
                g->any_follows = true;
        }
        buffer_free(&unit);
        return good;
}

/* Logs why a unit could not be restored. False if there is no record any more, as the container has stopped meanwhile. */
static bool complain_of_record(Generator *g, const char *name) {
        const char *record = text(g, "%s" RECORDS_DIRECTORY "/%s", g->options->root, name);
        int error = errno;

        if (error == ENOENT && access(record, F_OK) < 0)
                return false;
        log_message(LOG_ERR, "%s/" RECORD_UNIT ": %s", record, strerror(error));
        g->output->failed = true;
        return true;
}

/* One that runs keeps the unit it was started with, by which systemd limits it and stops it. */
static bool restore_broken(Generator *g, const char *name) {
        if (!g->options->with_records)
                return false;
        if (restore(g, name, TEMPLATE_broken, BROKEN_DROP_IN))
                return true;
        if (!is_no_file(errno))
                (void)complain_of_record(g, name);
        return false;
}

static void generate_broken(Generator *g, const Container *container) {
        const char *name = container->name.text, *unit;
        Text valid = {0};

        start_container(g, container);
        unit = broken_unit_name(g, name);
        if (!unit)
                return;
        if (container_name_type.parse(&g->scratch, name, strlen(name), true, &valid)) {
                add(g, RECORDED_NAME, name);
                add(g, SHOWN_NAME, name);
        } else {
                add(g, SHOWN_NAME, escape_message(&g->scratch, name, strlen(name)));
        }
        add_diagnostics(g, container);
        if (g->values[RECORDED_NAME].length == 0 || !restore_broken(g, name))
                write_file(g, TEMPLATE_broken_service, NULL, unit);
}

static void add_auto_start(Generator *g, const Container *container) {
        const char *unit;

        if (!container->auto_start.value)
                return;
        unit = broken_unit_name(g, container->name.text);
        if (unit)
                add(g, AUTO_START, arena_copy(g->manifest->arena, unit, strlen(unit)));
}

/* Containers that run and are no longer declared keep the unit they were started with: without it, systemd would forget
 * how to stop them. Returns how many there are. */
static size_t generate_retired(Generator *g) {
        const char *directory = join(g, g->options->root, RECORDS_DIRECTORY);
        struct dirent **records;
        size_t found = 0;
        int n = scandir(directory, &records, NULL, alphasort);

        if (n < 0) {
                if (errno != ENOENT) {
                        log_message(LOG_ERR, "%s: %s", directory, strerror(errno));
                        g->output->failed = true;
                }
                return 0;
        }
        for (int i = 0; i < n; i++) {
                const char *name = records[i]->d_name;

                if (name[0] != '.' && !name_table_find(&g->manifest->names, name)) {
                        arena_reset(&g->scratch);
                        g->values[NAME].length = 0;
                        add(g, NAME, name);
                        found += restore(g, name, TEMPLATE_retired, RETIRED_DROP_IN) || complain_of_record(g, name);
                }
                free(records[i]);
        }
        free(records);
        return found;
}

static void compile_templates(Generator *g) {
        Placeholder placeholders[PLACEHOLDERS_LENGTH] = {
                [CONTAINER_INIT].constant = CONTAINER_INIT_PATH,
                [CONTAINER_RUNTIME].constant = LIBEXECDIR "/container-runtime",
                [ECHO].constant = TOOL_ECHO,
                [FALSE].constant = TOOL_FALSE,
                [NFT].constant = TOOL_NFT,
                [SYSTEMD_NSPAWN].constant = TOOL_SYSTEMD_NSPAWN,
                [SYSTEMD_RUN].constant = TOOL_SYSTEMD_RUN,
                [GENERATOR_DIRECTORY].constant = g->options->generator_directory,
                [RECORDS].constant = RECORDS_DIRECTORY,
        };

        static const PlaceholderNumber single[] = {NAME, MANIFEST, LINE, SYSTEM, ROOT, TIMEOUT_START, RESOLV_CONF,
                IDMAP, PRIVATE_USERS, SHOWN_NAME, FIRST_DIAGNOSTIC};

        for (size_t i = 0; i < PLACEHOLDERS_LENGTH; i++)
                placeholders[i].name = placeholder_names[i];
        for (size_t i = 0; i < sizeof(single) / sizeof(single[0]); i++)
                placeholders[single[i]].single = true;
        for (size_t i = 0; i < TEMPLATES_LENGTH; i++)
                g->templates[i] = template_compile(template_texts[i].start,
                        (size_t)(template_texts[i].end - template_texts[i].start), placeholders, PLACEHOLDERS_LENGTH);
}

void generate(Manifest *manifest, const GenerateOptions *options, Output *output) {
        static const char drop_in[] = "nixos-containers.conf";
        Generator g = {.options = options, .manifest = manifest, .output = output, .window = WINDOW_NULL};
        size_t retired = 0;

        compile_templates(&g);
        for (size_t i = 0; i < manifest->length; i++) {
                const Container *container = manifest->containers[i];

                /* The second of two with one name has no unit of its own. */
                if (container->is_duplicate)
                        continue;
                if (container->broken || !generate_container(&g, container))
                        generate_broken(&g, container);
                add_auto_start(&g, container);
        }
        if (options->with_records)
                retired = generate_retired(&g);

        if (g.values[AUTO_START].length > 0)
                write_file(&g, TEMPLATE_machines_target, "machines.target.d", drop_in);
        if (manifest->length > 0)
                write_file(&g, TEMPLATE_multi_user_target, "multi-user.target.d", drop_in);
        if (manifest->length + retired > 0)
                write_file(&g, TEMPLATE_nftables_service, "nftables.service.d", drop_in);

        if (g.any_follows) {
                write_file(&g, TEMPLATE_resolv_conf_path, NULL, RESOLV_CONF_UNIT ".path");
                write_file(&g, TEMPLATE_resolv_conf_service, NULL, RESOLV_CONF_UNIT ".service");
        }

        for (size_t i = 0; i < TEMPLATES_LENGTH; i++)
                template_free(g.templates[i]);
        for (size_t i = 0; i < PLACEHOLDERS_LENGTH; i++)
                free(g.values[i].items);
        buffer_free(&g.window.text);
        buffer_free(&g.entry);
        arena_free(&g.scratch);
}
