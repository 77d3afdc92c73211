/* SPDX-License-Identifier: MIT */
/* Containers: what is declared for each, and what follows from that. */
#pragma once

#include "base/words.h"
#include "manifest/switches.h"
#include "manifest/values.h"
#include "systemd/nspawn-arguments.h"

/* A range of bytes in a file. */
typedef struct Span {
        int fd;
        size_t start, end;
        size_t column; /* how many blanks to put in front, so that the text can be parsed on its own */
} Span;

typedef struct Forward {
        Mark mark;
        Text protocol; /* "tcp" or "udp" */
        PortRange host_port;
        Number container_port; /* that of the first port; by default the host's */
        AddressValue host_ip;  /* any address if not set */
        Flag open_firewall;
} Forward;

typedef struct BindMount {
        Text mount_point;
        Text host_path; /* by default the mount point */
        Flag is_read_only;
        Text host_path_type;
        Text host_path_missing; /* if not set, see sources.h */
        Text host_path_mode;
        Text host_path_user;
        Text host_path_group;
        Text idmap; /* if not set, idmap where the container's users are shifted */
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

/* Options that few containers set. */
typedef struct RareOptions {
        List interfaces;  /* of Text */
        List macvlans;    /* of Text */
        List extra_veths; /* of Link */
        Text network_namespace;
        Text resolv_conf;             /* follows the host's if not set */
        List additional_capabilities; /* of Text */
        List drop_capabilities;       /* of Text */
        List allowed_devices;         /* of Device */
        List devices;                 /* of Text */
        List tmpfs;                   /* of Text */
        List extra_flags;             /* of Text */
        Text timeout_start_sec;
        Text timeout_reload_sec;
        Text memory_max;
        Text cpu_quota;
        Text tasks_max;
        Text on_secret_change;
        Flag switches[SWITCHES_LENGTH]; /* by their Switch */
        List system_call_filter;        /* of Text */
        List address_families;          /* of Text */
        List credentials;               /* of Credential */
        Text closure;
        List after;    /* of Text */
        List requires; /* of Text */
        List wants;    /* of Text */
        /* Higher in containers that start after others; filled in by order.h. */
        uint32_t start_rank;

        /* The store paths in its closure, if it has one; filled in by closures.h. */
        const char **store_paths;
        uint32_t store_paths_length;
} RareOptions;

typedef struct Container {
        Text name;
        const char *file;  /* where it is declared */
        Span entry;        /* its options there */
        bool broken;       /* its diagnostics include errors */
        bool is_duplicate; /* an earlier one has the same name, see check.h */

        Text system;
        Flag auto_start;
        Flag ephemeral;
        Flag private_network;
        Flag enable_tun;
        Flag restart_if_changed;
        Flag internet_access; /* the host's own rules decide if not set */
        Link link;
        List bind_mounts; /* of BindMount */
        Text private_users;
        RareOptions *rare; /* never NULL; shared by all that set none of them */

        /* What only one running container can have at a time, in words for people ("host port tcp 8080"); filled in by check.h. */
        struct Claim *claims;
        uint32_t claims_length;

        /* The directories that containers write to and that its host paths pass through, and whether it can write to the rootfs of others;
         * filled in by written.h. */
        struct Written *written;
        uint32_t written_length;
        bool writes_roots;
} Container;

/* A directory on the host, and a container that writes to it. */
typedef struct Written {
        const char *container, *directory;
} Written;

typedef struct Claim {
        Mark mark;
        const char *text;
        const char *option; /* the path of the option that claims it */
} Claim;

/* Whether an address is set for the container's end of @link. */
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

/* Whether @container has loopback addresses of its own, not the host's. */
static inline bool container_has_own_loopback(const Container *container) {
        return container_has_own_network(container) || container->rare->network_namespace.text ||
               container_has_flag(container, NSPAWN_NETWORK_NAMESPACE);
}

/* The maximum number of ports in a range: each takes an entry in the host's tables. */
#define PORT_RANGE_MAX 1000

static inline bool forward_is_tcp(const Forward *forward) {
        return strcmp(forward->protocol.text, "tcp") == 0;
}

static inline bool container_has_shifted_users(const Container *container) {
        return nspawn_users_are_shifted(container->private_users.text);
}

/* Returns how the owners in @mount, one of @container, are mapped, in systemd-nspawn's terms, or NULL if they are not. */
static inline const char *bind_mount_idmap(const Container *container, const BindMount *mount) {
        const char *fallback = container_has_shifted_users(container) ? "idmap" : NULL;
        const char *idmap = mount->idmap.text;

        if (!idmap || strcmp(idmap, "idmap") == 0)
                return fallback;
        return strcmp(idmap, "noidmap") == 0 ? NULL : idmap;
}

/* Returns the length of the host's part of an interface name, which may be followed by ":" and its name inside. */
static inline size_t interface_host_length(const char *name) {
        return strcspn(name, ":");
}
