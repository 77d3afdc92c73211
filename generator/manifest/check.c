/* SPDX-License-Identifier: MIT */
#include "manifest/check.h"

#include <assert.h>

#include "base/memory.h"
#include "base/path.h"
#include "base/words.h"
#include "manifest/closures.h"
#include "manifest/order.h"
#include "manifest/schema.h"
#include "manifest/written.h"
#include "systemd/option-path.h"

typedef struct Checker {
        Manifest *manifest;
        Arena *arena;
        Container *container;
        Claim *claims; /* of the container, malloc(3) */
        uint32_t claims_length;
        size_t claims_capacity;
} Checker;

#define complain(c, severity, mark, option, ...)                                                                       \
        diagnose_container((c)->manifest, severity, (c)->container, mark, option, __VA_ARGS__)

static void warn_without_private_network(Checker *c) {
        for (const Field *field = container_fields; field->name; field++) {
                const Mark *mark = field_value(field, c->container);
                size_t offset_in_link = field->offset - offsetof(Container, link);

                if (!field->is_rare && offset_in_link < sizeof(Link) && is_given(mark) &&
                        (field->kind == FIELD_SCALAR || ((const List *)mark)->length > 0))
                        complain(c, SEVERITY_WARNING, mark, field->name, "has no effect without privateNetwork: true");
        }
}

static void check_internet_access(Checker *c) {
        const Container *container = c->container;
        const Link *link = &container->link;
        const char *lacks = NULL;

        if (!container->internet_access.value)
                return;
        if (!container->private_network.value)
                lacks = "has no effect without privateNetwork: true";
        else if (link->host_bridge.text)
                lacks = "has no effect with hostBridge: internet access depends on the bridge's network";
        else if (!link->host_address.address.family && !link->host_address6.address.family)
                lacks = "has no effect without hostAddress or hostAddress6 (the container's gateway)";
        if (lacks)
                complain(c, SEVERITY_WARNING, &container->internet_access.mark, "internetAccess", "%s", lacks);
}

/* systemd-nspawn refuses --network-namespace-path= together with anything that makes a namespace. */
static void check_network_namespace(Checker *c) {
        const RareOptions *rare = c->container->rare;
        const Mark *mark = &rare->network_namespace.mark;
        const struct {
                bool is_there;
                const char *option;
        } others[] = {
                {c->container->private_network.value, "privateNetwork"},
                {rare->interfaces.length > 0, "interfaces"},
                {rare->macvlans.length > 0, "macvlans"},
                {rare->extra_veths.length > 0, "extraVeths"},
        };

        for (size_t i = 0; i < sizeof(others) / sizeof(others[0]) && is_given(mark); i++)
                if (others[i].is_there)
                        complain(c, SEVERITY_ERROR, mark, "networkNamespace", "cannot be combined with %s",
                                others[i].option);
}

/* What systemd-resolved writes there is its own address, of the host's loopback. */
static void check_resolv_conf(Checker *c) {
        const Text *mode = &c->container->rare->resolv_conf;
        const char *file = mode->text ? strchr(mode->text, '-') : NULL;

        if (is_one_of(file, "-stub", "-static") && container_has_own_loopback(c->container))
                complain(c, SEVERITY_WARNING, &mode->mark, "resolvConf",
                        "points to 127.0.0.53 on the host, which a container with its own network cannot reach (use "
                        "%.*s-uplink)",
                        (int)(file - mode->text), mode->text);
}

static void add_claim(Checker *c, Mark mark, const char *option, const char *text) {
        c->claims = grow_array(c->claims, c->claims_length, &c->claims_capacity, sizeof(*c->claims));
        c->claims[c->claims_length++] = (Claim){mark, text, option};
}

static void claim_address(
        Checker *c, const char *prefix, const AddressValue *value, const char *option, const Text *bridge) {
        char shown[ADDRESS_SIZE];
        const char *text;

        if (!is_given(&value->mark) || !value->address.family)
                return;
        text = arena_join(c->arena, "address ", address_format(&value->address, shown));
        if (bridge->text)
                text = arena_join(c->arena, text, arena_join(c->arena, " on bridge ", bridge->text));
        add_claim(c, value->mark, *prefix ? arena_join(c->arena, prefix, option) : option, text);
}

static const char *forward_option(Checker *c, const char *prefix, uint32_t i, const char *option) {
        return arena_join(c->arena, arena_join(c->arena, prefix, "forwardPorts["),
                arena_join(c->arena, arena_number(c->arena, i), arena_join(c->arena, "].", option)));
}

/* Whether a forward takes its ports from all addresses of the host of @family: in a map of nftables, and for TCP on localhost, which there is
 * in both. Where there is no local address, systemd-nspawn forwards in both. */
static bool takes_all(const Link *link, const Forward *forward, int family) {
        const Address *host = &forward->host_ip.address;
        bool has_ipv4 = link->local_address.address.family != 0, has_ipv6 = link->local_address6.address.family != 0;

        if (host->family)
                return host->family == family && (address_is_any(host) || address_is_localhost(host));
        return forward_is_tcp(forward) || has_ipv4 == has_ipv6 || (family == AF_INET ? has_ipv4 : has_ipv6);
}

/* Where a forward takes its ports, as the ends of its claims: at one address, or at all of one family or of both, with localhost among
 * them. Containers that older versions have started claim "host port tcp 80" for both. */
static void claim_host_ports(Checker *c, const char *prefix, const Link *link, const Forward *forward, uint32_t i) {
        const char *option, *protocol, *places[2];
        char shown[ADDRESS_SIZE];
        int length = 0;

        if (forward->host_port.last == 0)
                return;
        if (takes_all(link, forward, AF_INET))
                places[length++] = "";
        if (takes_all(link, forward, AF_INET6))
                places[length++] = " over IPv6";
        if (length == 0)
                places[length++] = arena_join(c->arena, " of ", address_format(&forward->host_ip.address, shown));
        option = forward_option(c, prefix, i, "hostPort");
        protocol = arena_join(c->arena, forward->protocol.text, " ");
        for (uint32_t port = forward->host_port.first; port <= forward->host_port.last; port++)
                for (int place = 0; place < length; place++)
                        add_claim(c, forward->host_port.mark, option,
                                arena_join(c->arena, arena_join(c->arena, "host port ", protocol),
                                        arena_join(c->arena, arena_number(c->arena, port), places[place])));
}

/* What can never lead anywhere. */
static void check_forward(Checker *c, const char *prefix, const Link *link, const Forward *forward, uint32_t i) {
        const Address *host = &forward->host_ip.address;
        const AddressValue *local = host->family == AF_INET ? &link->local_address : &link->local_address6;
        bool is_either = address_is_loopback(host) && forward_is_tcp(forward);

        if (forward->host_port.last > 0 &&
                forward->container_port.value + forward->host_port.last - forward->host_port.first > UINT16_MAX)
                complain(c, SEVERITY_ERROR, &forward->container_port.mark,
                        forward_option(c, prefix, i, "containerPort"),
                        "the port range in the container ends above 65535");
        if (!host->family)
                return;
        if (is_either)
                local = link->local_address.address.family ? &link->local_address : &link->local_address6;
        if (!local->address.family)
                complain(c, SEVERITY_ERROR, &forward->host_ip.mark, forward_option(c, prefix, i, "hostIP"),
                        "requires %s to forward to",
                        is_either                 ? "localAddress or localAddress6"
                        : host->family == AF_INET ? "localAddress"
                                                  : "localAddress6");
}

static void claim_link(Checker *c, const char *prefix, const Link *link) {
        const Forward *forwards = link->forward_ports.items;

        claim_address(c, prefix, &link->local_address, "localAddress", &link->host_bridge);
        claim_address(c, prefix, &link->local_address6, "localAddress6", &link->host_bridge);
        /* Those of an extra link without an address are not forwarded. */
        if (link->name.text && !link_has_local_address(link))
                return;
        for (uint32_t i = 0; i < link->forward_ports.length; i++) {
                check_forward(c, prefix, link, &forwards[i], i);
                claim_host_ports(c, prefix, link, &forwards[i], i);
        }
}

static const char *veth_option(Checker *c, const Link *veth) {
        return arena_join(c->arena, "extraVeths.", option_path_part(c->arena, veth->name.text));
}

static void check_extra_veth(Checker *c, const Link *veth) {
        const char *option = veth_option(c, veth);

        if (veth->forward_ports.length > 0 && !link_has_local_address(veth))
                complain(c, SEVERITY_WARNING, &veth->forward_ports.mark, arena_join(c->arena, option, ".forwardPorts"),
                        "has no effect without localAddress or localAddress6 on the same link");
        add_claim(c, veth->name.mark, option, arena_join(c->arena, "network interface ", veth->name.text));
        claim_link(c, arena_join(c->arena, option, "."), veth);
}

static void claim_interfaces(Checker *c) {
        const Text *interfaces = c->container->rare->interfaces.items;

        for (uint32_t i = 0; i < c->container->rare->interfaces.length; i++)
                if (interfaces[i].text)
                        add_claim(c, interfaces[i].mark, arena_printf(c->arena, "interfaces[%u]", i),
                                arena_printf(c->arena, "network interface %.*s",
                                        (int)interface_host_length(interfaces[i].text), interfaces[i].text));
}

/* Whether @path is the same in the container as on the host, as far as the manifest tells. */
static bool is_seen_inside(const Container *container, const char *path) {
        for_each_item(BindMount, mount, &container->bind_mounts)
                if (strcmp(mount->host_path.text, mount->mount_point.text) == 0 &&
                        path_is_within(path, mount->mount_point.text))
                        return true;
        return path_is_within(path, "/proc") || (is_in_store(path) && !container->rare->closure.text);
}

/* The file system that systemd-nspawn mounts over @path of @container after its bind mounts, or NULL. */
static const char *hiding_mount(const Container *container, const char *path) {
        static const char *const mounts[] = {
                "/sys/block", "/sys/bus", "/sys/class", "/sys/dev", "/sys/devices", "/sys/kernel"};

        if (!text_behind(path, "/sys/") || !container_has_own_network(container))
                return NULL;
        for (size_t i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++)
                if (path_is_within(path, mounts[i]))
                        return mounts[i];
        return NULL;
}

/* What can be created is a directory or a file, where it stands in nobody's way. */
static void check_missing(Checker *c, const BindMount *mount) {
        const char *path = mount->host_path.text, *type = mount->host_path_type.text;
        const char *option = arena_join(c->arena, bind_mount_option(c->arena, mount, false), ".hostPathMissing");

        if (!mount->host_path_missing.text || strcmp(mount->host_path_missing.text, "create") != 0)
                return;
        if (is_one_of(type, "socket", "device"))
                complain(c, SEVERITY_ERROR, &mount->host_path_missing.mark, option,
                        "only a directory or a file can be created (hostPathType is %s)", type);
        else if (path_is_made_by_others(path))
                complain(c, SEVERITY_ERROR, &mount->host_path_missing.mark, option,
                        "nothing is created below /dev, /run, /proc and /sys (hostPath is %s)", path);
}

static void check_bind_mount(Checker *c, const BindMount *mount) {
        const char *path = mount->mount_point.text, *host_path = mount->host_path.text;
        const Mark *mark = &mount->mount_point.mark;
        const char *hidden_by;

        if (strcmp(path, "/") == 0)
                complain(c, SEVERITY_ERROR, mark, bind_mount_option(c->arena, mount, false),
                        "the container's rootfs cannot be a mount point");
        if (c->container->broken)
                return;
        check_missing(c, mount);
        hidden_by = hiding_mount(c->container, path);
        if (hidden_by)
                complain(c, SEVERITY_WARNING, mark, bind_mount_option(c->arena, mount, false),
                        "has no effect: hidden by systemd-nspawn's own mount on %s", hidden_by);
        if (is_one_of(path, "/dev", "/proc", "/run", "/sys", "/sys/fs/cgroup"))
                complain(c, SEVERITY_WARNING, mark, bind_mount_option(c->arena, mount, false),
                        "replaces systemd-nspawn's own mount, without which the container cannot start: bind only the "
                        "required paths below it");
        else if (path_is_below(path, "/proc") && !is_seen_inside(c->container, host_path))
                warn_of_host_path(c->manifest, c->container, mount,
                        "systemd-nspawn sets up mounts below /proc from inside the container, where %s must exist: "
                        "bind it to the same path as well",
                        host_path);
        else if (strcmp(host_path, "/run") == 0)
                warn_of_host_path(c->manifest, c->container, mount,
                        "exposes the host's entire /run, including sockets of services and files of other containers: "
                        "bind only the required paths below it");
}

/* A credential is secret, and the store is not. */
static void check_credentials(Checker *c) {
        for_each_item(Credential, credential, &c->container->rare->credentials)
                if (credential->path.text && is_in_store(credential->path.text))
                        complain(c, SEVERITY_WARNING, &credential->path.mark,
                                arena_printf(c->arena, "credentials.%s.path",
                                        option_path_part(c->arena, credential->id.text)),
                                "is in the world-readable Nix store");
}

/* One container cannot have the same thing twice either. Of two options it is said once, however many ports they have in common. */
static void check_claims_within(Checker *c) {
        Container *container = c->container;
        const char *option = NULL, *other = NULL; /* those that it was said of last */
        CLEANUP(name_table_free) NameTable claims = NAME_TABLE_NULL;

        if (c->claims_length == 0)
                return;
        container->claims = memcpy(
                arena_alloc(c->arena, c->claims_length * sizeof(Claim)), c->claims, c->claims_length * sizeof(Claim));
        container->claims_length = c->claims_length;
        for (uint32_t i = 0; i < container->claims_length; i++) {
                Claim *claim = &container->claims[i];
                const Claim *first = name_table_add(&claims, claim->text, claim);

                if (!first || (claim->option == option && first->option == other))
                        continue;
                option = claim->option;
                other = first->option;
                complain(c, SEVERITY_ERROR, &claim->mark, option, "%s is already used by containers.%s.%s", claim->text,
                        option_path_part(c->arena, container->name.text), other);
        }
}

/* The names that interfaces have inside, each of which there can be only once. */
static void check_inside_names(Checker *c) {
        const Text *interfaces = c->container->rare->interfaces.items;
        CLEANUP(name_table_free) NameTable names = NAME_TABLE_NULL;

        name_table_add(&names, "lo", c);
        if (container_has_link(c->container))
                name_table_add(&names, "eth0", c);
        for_each_item(Link, veth, &c->container->rare->extra_veths)
                if (name_table_add(&names, veth->name.text, c))
                        complain(c, SEVERITY_ERROR, &veth->name.mark, veth_option(c, veth),
                                "duplicate interface name in the container");
        for (uint32_t i = 0; i < c->container->rare->interfaces.length; i++) {
                const char *name = interfaces[i].text;

                if (name[interface_host_length(name)] == ':')
                        name += interface_host_length(name) + 1;
                if (name_table_add(&names, name, c))
                        complain(c, SEVERITY_ERROR, &interfaces[i].mark, arena_printf(c->arena, "interfaces[%u]", i),
                                "duplicate interface name in the container: %s", name);
        }
}

static void check_container(Checker *c) {
        c->claims_length = 0;
        if (!c->container->private_network.value)
                warn_without_private_network(c);
        else
                claim_link(c, "", &c->container->link);
        check_internet_access(c);
        check_network_namespace(c);
        check_resolv_conf(c);
        for_each_item(Link, veth, &c->container->rare->extra_veths)
                check_extra_veth(c, veth);
        claim_interfaces(c);
        for_each_item(BindMount, mount, &c->container->bind_mounts)
                check_bind_mount(c, mount);
        check_credentials(c);
        check_claims_within(c);
        if (!c->container->broken && c->container->rare->extra_veths.length + c->container->rare->interfaces.length > 0)
                check_inside_names(c);
}

/* Two containers of one name: nobody can tell which is meant, so neither is. */
static void check_name(Manifest *manifest, Container *container) {
        Container *first = name_table_add(&manifest->names, container->name.text, container);

        if (!first)
                return;
        container->is_duplicate = true;
        diagnose_container(manifest, SEVERITY_ERROR, container, &container->name.mark, NULL,
                "duplicate container, first declared at %s:%u:%u", first->file, first->name.mark.line,
                first->name.mark.column);
        diagnose_container(manifest, SEVERITY_ERROR, first, &first->name.mark, NULL,
                "duplicate container, also declared at %s:%u:%u", container->file, container->name.mark.line,
                container->name.mark.column);
}

typedef struct Claimant {
        const Container *container;
        const Claim *claim;
} Claimant;

/* They may run in turn (blue and green), so this is no error; that the second one says why it does not start is left to
 * container-runtime. */
static void check_claims_between(Checker *c, NameTable *claims) {
        Container *container = c->container;
        const char *option = NULL, *other = NULL; /* as in check_claims_within() */

        for (uint32_t i = 0; i < container->claims_length; i++) {
                const Claim *claim = &container->claims[i];
                Claimant *claimant, *first;

                /* It is the name of a file while the container runs. */
                assert(!strchr(claim->text, '/') && strlen(claim->text) <= NAME_MAX);
                claimant = arena_alloc(c->arena, sizeof(*claimant));
                *claimant = (Claimant){container, claim};
                first = name_table_add(claims, claim->text, claimant);
                if (!first || (claim->option == option && first->claim->option == other))
                        continue;
                option = claim->option;
                other = first->claim->option;
                complain(c, SEVERITY_WARNING, &claim->mark, option,
                        "%s is also claimed by containers.%s.%s (%s:%u:%u): only one of these containers can run at a "
                        "time",
                        claim->text, option_path_part(c->arena, first->container->name.text), other,
                        first->container->file, first->claim->mark.line, first->claim->mark.column);
        }
}

void check_manifest(Manifest *manifest) {
        Checker c = {.manifest = manifest, .arena = manifest->arena};
        CLEANUP(name_table_free) NameTable claims = NAME_TABLE_NULL;

        for (size_t i = 0; i < manifest->length; i++) {
                c.container = manifest->containers[i];
                check_name(manifest, c.container);
                check_container(&c);
        }
        order_check(manifest);
        written_check(manifest);
        for (size_t i = 0; i < manifest->length; i++) {
                c.container = manifest->containers[i];
                if (!c.container->broken)
                        check_claims_between(&c, &claims);
        }
        free(c.claims);
}
