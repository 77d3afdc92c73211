/* SPDX-License-Identifier: MIT */
#include "generate/generator.h"
#include "systemd/interface-name.h"

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
                        if (!link->host_bridge.text)
                                add_row(g, placeholders[i], address_text(g, host[i], true), name);
                }
                if (has_address(local[i])) {
                        add(g, INSIDE_ADDRESS, join(g, inside_is, address_text(g, local[i], true)));
                        if (!link->host_bridge.text)
                                add_row(g, HOST_ROUTE, address_text(g, local[i], false), name);
                }
        }
}

/* Whether one address of the host is forwarded, and not any of a family or of both. */
static bool is_of_one_address(const Forward *forward) {
        return has_address(&forward->host_ip) && !address_is_any(&forward->host_ip.address);
}

/* The elements of the maps in templates/nixos-containers.nft that lead to @local. */
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
        key = join(g, forward->protocol.text, join(g, " . ", port));
        if (at)
                key = join(g, address_text(g, host, false), join(g, " . ", key));
        target = join(g, address_text(g, local, false), join(g, " . ", target_port));
        for (int i = 0; i < (forward->open_firewall.value ? 2 : 1); i++)
                add_row(g, FORWARD, maps[is_ipv4][at][i], key, target);
}

static const char *socket_address(Generator *g, int family, const char *address, const char *port) {
        return text(g, family == AF_INET ? "%s:%s" : "[%s]:%s", address, port);
}

/* A port of the host's loopback addresses, see localhost.h. A datagram gets only to @local if that is of the same family. */
static void add_localhost(
        Generator *g, const Forward *forward, const AddressValue *local, const char *port, const char *target_port) {
        const AddressValue *host = &forward->host_ip;
        bool is_loopback = address_is_loopback(&host->address), is_tcp = forward_is_tcp(forward);
        int family = is_tcp ? host->address.family : local->address.family;
        const char *label = port, *listen, *target;

        if (!has_address(local) || (is_of_one_address(forward) && !is_loopback) ||
                (has_address(host) && host->address.family != family))
                return;
        if (has_address(host))
                label = text(g, "%s:%s", address_text(g, host, false), port);
        if (family == AF_UNSPEC)
                listen = text(g, "127.0.0.1:%s [::1]:%s", port, port);
        else
                listen = socket_address(g, family,
                        is_loopback         ? address_text(g, host, false)
                        : family == AF_INET ? "127.0.0.1"
                                            : "::1",
                        port);
        target = socket_address(g, local->address.family, address_text(g, local, false), target_port);
        add_row(g, LOCALHOST, is_tcp ? label : join(g, "udp:", label), listen, target);
}

/* What comes back to the network it is from has to pass the host in both directions. */
static void add_hairpin(Generator *g, const Link *link, const char *link_name, const AddressValue *local) {
        if (has_address(local))
                add_row(g, HAIRPIN, local->address.family == AF_INET ? "hairpins4" : "hairpins6",
                        link->host_bridge.text ? link->host_bridge.text : link_name, address_text(g, local, false));
}

static void add_forwards(Generator *g, const Link *link, const char *link_name) {
        const AddressValue *ipv4 = &link->local_address, *ipv6 = &link->local_address6;
        const AddressValue *any = has_address(ipv4) ? ipv4 : ipv6;

        for_each_item(Forward, forward, &link->forward_ports) {
                uint32_t first = forward->host_port.first, inside = forward->container_port.value;

                for (uint32_t n = 0; n <= forward->host_port.last - first; n++) {
                        const char *port = number_text(g, first + n), *target_port = number_text(g, inside + n);

                        add_forward(g, forward, ipv4, port, target_port);
                        add_forward(g, forward, ipv6, port, target_port);
                        if (forward_is_tcp(forward)) {
                                add_localhost(g, forward, any, port, target_port);
                        } else {
                                add_localhost(g, forward, ipv4, port, target_port);
                                add_localhost(g, forward, ipv6, port, target_port);
                        }
                        /* An address that the container gets by itself (DHCP, SLAAC) only systemd-nspawn can know. */
                        if (!has_address(any) && !link->name.text)
                                add(g, NSPAWN_PORT, text(g, "%s:%s:%s", forward->protocol.text, port, target_port));
                }
        }
        if (link->forward_ports.length > 0) {
                add_hairpin(g, link, link_name, &link->local_address);
                add_hairpin(g, link, link_name, &link->local_address6);
        }
}

/* systemd-nspawn adds the link, with the other end in the container, where it has the name @inside from the start. */
static void add_link(Generator *g, const Container *container, const Link *link, uint32_t index) {
        const char *name = container->name.text, *bridge = link->host_bridge.text, *inside = "eth0", *long_name = NULL;
        char host[IFNAMSIZ], mac[MAC_ADDRESS_SIZE], peer_mac[MAC_ADDRESS_SIZE];
        const MachineId *machine = &g->options->machine_id;
        const char *host_name;

        if (link->name.text) {
                inside = host_name = link->name.text;
                mac_address_derive(machine, name, MAC_ADDRESS_EXTRA_HOST, index, mac);
                mac_address_derive(machine, name, MAC_ADDRESS_EXTRA_CONTAINER, index, peer_mac);
        } else {
                if (interface_name_shorten(bridge ? "vb-" : "ve-", name, host))
                        long_name = join(g, bridge ? "vb-" : "ve-", name);
                host_name = arena_copy(&g->scratch, host, strlen(host));
                mac_address_derive(machine, name, MAC_ADDRESS_HOST, 0, mac);
                mac_address_derive(machine, name, MAC_ADDRESS_CONTAINER, 0, peer_mac);
        }

        add_row(g, LINK, host_name, arena_copy(&g->scratch, mac, strlen(mac)),
                link->local_mac_address.text ? link->local_mac_address.text
                                             : arena_copy(&g->scratch, peer_mac, strlen(peer_mac)),
                inside);
        if (long_name)
                add_row(g, LONG_LINK, host_name, long_name);
        if (bridge)
                add_row(g, BRIDGED_LINK, host_name, bridge);
        add_link_addresses(g, link, host_name, inside, link->name.text ? INSIDE_ROUTE : INSIDE_GATEWAY);
}

/* Who is in none of the sets is up to the host's own rules. */
static void add_internet_access(Generator *g, const Container *container) {
        if (container_has_link(container) && !container->link.host_bridge.text) {
                const char *name = g->values[LINK].items[0].text;

                add(g, RESTRICTED_LINK, name);
                if (container->internet_access.value)
                        add(g, INTERNET_LINK, name);
        }
        for_each_item(Link, veth, &container->rare->extra_veths)
                if (!veth->host_bridge.text)
                        add(g, RESTRICTED_LINK, veth->name.text);
}

/* What is moved into the container, or is the base of what is. */
static void add_interfaces(Generator *g, PlaceholderNumber placeholder, const List *interfaces) {
        for_each_item(Text, interface, interfaces)
                add(g, placeholder, interface->text);
}

void add_network(Generator *g, const Container *container) {
        const RareOptions *rare = container->rare;
        uint32_t index = 0;

        if (container->private_network.value)
                add(g, PRIVATE_NETWORK, "");
        if (rare->network_namespace.text)
                add(g, NETWORK_NAMESPACE, rare->network_namespace.text);
        if (container_has_link(container))
                add_link(g, container, &container->link, 0);
        if (container->private_network.value)
                add_forwards(g, &container->link, g->values[LINK].length > 0 ? g->values[LINK].items[0].text : NULL);
        for_each_item(Link, veth, &rare->extra_veths) {
                add_link(g, container, veth, index++);
                add_forwards(g, veth, veth->name.text);
        }
        if (is_given(&container->internet_access))
                add_internet_access(g, container);
        add_interfaces(g, INTERFACE, &rare->interfaces);
        add_interfaces(g, MACVLAN, &rare->macvlans);
}
