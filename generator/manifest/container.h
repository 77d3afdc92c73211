/* SPDX-License-Identifier: MIT */
/* Containers: what is declared of each, and what follows from that. */
#pragma once

#include "base/words.h"
#include "manifest/switches.h"
#include "manifest/values.h"
#include "systemd/nspawn-arguments.h"

/* Where in a file something stands, in bytes. */
typedef struct Span {
        int fd;
        size_t start, end;
        size_t column; /* how many blanks to put in front, so that what stands there can be read by itself */
} Span;

typedef struct Forward {
        Mark mark;
        Text protocol; /* "tcp" or "udp" */
        PortRange host_port;
        Number container_port; /* that of the first; by default the host's */
        AddressValue host_ip;  /* any if not given */
        Flag open_firewall;
} Forward;

typedef struct BindMount {
        Text mount_point;
        Text host_path; /* by default the mount point */
        Flag is_read_only;
        Text host_path_mode;
        Text host_path_user;
        Text host_path_group;
        Text idmap; /* idmap where the container's users are shifted if not given */
} BindMount;

typedef struct Credential {
        Text id;
        Text path;
} Credential;

typedef struct Device {
        Mark mark;
        Text node;
        Text modifier;
} Device;

/* One link between the host and the container: the main one (eth0 inside) or one of extraVeths. */
typedef struct Link {
        Text name; /* of an extra link */
        Text host_bridge;
        AddressValue host_address;
        AddressValue host_address6;
        AddressValue local_address;
        AddressValue local_address6;
        Text local_mac_address;
        List forward_ports; /* of Forward */
} Link;

/* Options that few containers give. */
typedef struct RareOptions {
        List interfaces;  /* of Text */
        List macvlans;    /* of Text */
        List extra_veths; /* of Link */
        Text network_namespace;
        Text resolv_conf;             /* it follows the host's if not given */
        List additional_capabilities; /* of Text */
        List drop_capabilities;       /* of Text */
        List allowed_devices;         /* of Device */
        List tmpfs;                   /* of Text */
        List extra_flags;             /* of Text */
        Text timeout_start_sec;
        Text timeout_reload_sec;
        Text memory_max;
        Text cpu_quota;
        Text tasks_max;
        Flag switches[SWITCHES_LENGTH]; /* by their Switch */
        List system_call_filter;        /* of Text */
        List credentials;               /* of Credential */
        Text closure;
        List after;    /* of Text */
        List requires; /* of Text */
        List wants;    /* of Text */
        /* Containers that start after others have more; filled in by order.h. */
        uint32_t start_rank;

        /* The paths of the store that are in its closure, if it has one; filled in by closures.h. */
        const char **store_paths;
        uint32_t store_paths_length;
} RareOptions;

typedef struct Container {
        Text name;
        const char *file;  /* where it is declared */
        Span entry;        /* its options there */
        bool broken;       /* there are errors among its diagnostics */
        bool is_duplicate; /* another of the same name came before, see check.h */

        Text system;
        Flag auto_start;
        Flag ephemeral;
        Flag private_network;
        Flag enable_tun;
        Flag restart_if_changed;
        Flag internet_access; /* the host's own rules decide if not given */
        Link link;
        List bind_mounts; /* of BindMount */
        Text private_users;
        RareOptions *rare; /* never NULL; one and the same of all that give none of them */

        /* What no two running containers can have at once, as a person would say it ("host port tcp 8080"); filled in
         * by check.h. */
        struct Claim *claims;
        uint32_t claims_length;

        /* The directories that containers write and that its paths on the host lead through, and whether it can write the root
         * directories of others; filled in by written.h. */
        struct Written *written;
        uint32_t written_length;
        bool writes_roots;
} Container;

/* A directory on the host, and a container that writes it. */
typedef struct Written {
        const char *container, *directory;
} Written;

typedef struct Claim {
        Mark mark;
        const char *text;
        const char *option; /* the path of the option that claims it */
} Claim;

/* Whether the container's end of @link is given an address. */
static inline bool link_has_local_address(const Link *link) {
        return link->local_address.address.family || link->local_address6.address.family;
}

/* Whether @container has the main link: a network of its own and something to make the link from. */
static inline bool container_has_link(const Container *container) {
        const Link *link = &container->link;

        return container->private_network.value &&
               (link->host_bridge.text || link->host_address.address.family || link->host_address6.address.family ||
                       link_has_local_address(link) || link->local_mac_address.text);
}

/* Whether one of the extra flags of @container starts with @start. */
static inline bool container_has_flag(const Container *container, const char *start) {
        for_each_item(Text, flag, &container->rare->extra_flags)
                if (flag->text && text_behind(flag->text, start))
                        return true;
        return false;
}

/* Whether @container has a network namespace of its own. */
static inline bool container_has_own_network(const Container *container) {
        for_each_item(Text, flag, &container->rare->extra_flags)
                if (flag->text && nspawn_makes_network(flag->text))
                        return true;
        return container->private_network.value || container->rare->extra_veths.length > 0 ||
               container->rare->interfaces.length > 0 || container->rare->macvlans.length > 0;
}

/* Whether the host's loopback addresses are others than those in @container. */
static inline bool container_has_own_loopback(const Container *container) {
        return container_has_own_network(container) || container->rare->network_namespace.text ||
               container_has_flag(container, NSPAWN_NETWORK_NAMESPACE);
}

/* The most ports that a range can have: each costs an entry in the host's tables. */
#define PORT_RANGE_MAX 1000

static inline bool forward_is_tcp(const Forward *forward) {
        return strcmp(forward->protocol.text, "tcp") == 0;
}

static inline bool container_has_shifted_users(const Container *container) {
        return nspawn_users_are_shifted(container->private_users.text);
}

/* How the owners in @mount, one of @container, are mapped, in systemd-nspawn's words, or NULL if they are not. */
static inline const char *bind_mount_idmap(const Container *container, const BindMount *mount) {
        const char *fallback = container_has_shifted_users(container) ? "idmap" : NULL;
        const char *idmap = mount->idmap.text;

        if (!idmap || strcmp(idmap, "idmap") == 0)
                return fallback;
        return strcmp(idmap, "noidmap") == 0 ? NULL : idmap;
}

/* The length of the host's part in the name of an interface, which may have a ":" and its name inside behind it. */
static inline size_t interface_host_length(const char *name) {
        return strcspn(name, ":");
}
