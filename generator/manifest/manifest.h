/* SPDX-License-Identifier: MIT */
/* The manifest: what the files in /etc/nixos-containers declare, each value with the place where it stands.
 * The format is described in nixos-containers.yaml(5). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/address.h"
#include "base/arena.h"
#include "base/buffer.h"
#include "manifest/diagnostic.h"

/* Values. All start with their mark, whose line is 0 where the option was not given. */
typedef struct Text {
        Mark mark;
        const char *text;
} Text;

typedef struct Flag {
        Mark mark;
        bool value;
} Flag;

typedef struct Number {
        Mark mark;
        uint32_t value;
} Number;

/* One port, or all from the first to the last. */
typedef struct PortRange {
        Mark mark;
        uint32_t first, last;
} PortRange;

typedef struct AddressValue {
        Mark mark;
        Address address;
} AddressValue;

/* A list of values or of objects. */
typedef struct List {
        Mark mark;
        uint32_t length;
        void *items;
} List;

typedef struct Forward {
        Mark mark;
        Text protocol; /* "tcp" or "udp"; "tcp" if not given */
        PortRange host_port;
        Number container_port; /* that of the first; the host's if not given */
        AddressValue host_ip;  /* any if not given */
        Flag open_firewall;
} Forward;

typedef struct BindMount {
        Text mount_point;
        Text host_path; /* the mount point if not given */
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

/* Where in a file something stands, in bytes. */
typedef struct Span {
        int fd;
        size_t start, end;
        size_t column; /* how many blanks to put in front, so that what stands there can be read by itself */
} Span;

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
        Text memory_max;
        Text cpu_quota;
        Text tasks_max;
        Flag no_new_privileges;
        List system_call_filter; /* of Text */
        List credentials;        /* of Credential */
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
} Container;

typedef struct Claim {
        Mark mark;
        const char *text;
        const char *option; /* the path of the option that claims it */
} Claim;

/* Whether @container has the main link: a network of its own and something to make the link from. */
static inline bool container_has_link(const Container *container) {
        const Link *link = &container->link;

        return container->private_network.value &&
               (link->host_bridge.text || link->host_address.address.family || link->host_address6.address.family ||
                       link->local_address.address.family || link->local_address6.address.family ||
                       link->local_mac_address.text);
}

/* Whether @container has a network namespace of its own. */
static inline bool container_has_own_network(const Container *container) {
        return container->private_network.value || container->rare->extra_veths.length > 0 ||
               container->rare->interfaces.length > 0 || container->rare->macvlans.length > 0;
}

/* Whether the host's loopback addresses are others than those in @container. */
static inline bool container_has_own_loopback(const Container *container) {
        return container_has_own_network(container) || container->rare->network_namespace.text;
}

/* The most ports that a range can have: each costs an entry in the host's tables. */
#define PORT_RANGE_MAX 1000

static inline const char *forward_protocol(const Forward *forward) {
        return forward->protocol.text ? forward->protocol.text : "tcp";
}

static inline bool forward_is_tcp(const Forward *forward) {
        return strcmp(forward_protocol(forward), "tcp") == 0;
}

/* The first port inside that @forward leads to. */
static inline uint32_t forward_container_port(const Forward *forward) {
        return forward->container_port.mark.line > 0 ? forward->container_port.value : forward->host_port.first;
}

/* Whether the users in @container are others on the host, so that files need idmapped mounts to have the same owners.
 */
static inline bool container_has_shifted_users(const Container *container) {
        const char *users = container->private_users.text;

        return users && strcmp(users, "no") != 0 && strcmp(users, "identity") != 0 && strcmp(users, "0") != 0;
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

typedef struct Manifest {
        Arena *arena;
        Container **containers; /* in the order of the files; malloc(3) */
        size_t length;
        size_t capacity;
        NameTable names; /* the containers, by name; filled in by check.h */
        Diagnostics diagnostics;
        bool is_incomplete; /* there are errors for which nobody can tell what else is declared */
        int read_error;     /* errno(3) of the last file that could not be read, or 0 */
        int *fds;           /* of the files, for the spans; malloc(3) */
        size_t fds_length;
} Manifest;

/* None, which can be freed. */
#define MANIFEST_NULL ((Manifest){.names = NAME_TABLE_NULL})

/* The largest manifest that is read, in bytes, the deepest nesting, its most containers, and the longest entry of one of them,
 * in characters. */
#define MANIFEST_SIZE_MAX ((size_t)64 * 1024 * 1024)
#define MANIFEST_DEPTH_MAX 16
#define MANIFEST_CONTAINERS_MAX 65536
#define MANIFEST_ENTRY_MAX ((size_t)512 * 1024)

/* Prepares one without containers, whose memory @arena owns. Free it with manifest_free(). */
void manifest_init(Manifest *manifest, Arena *arena);

/* Reads the file @path, which is called @shown in diagnostics, and adds its containers to @manifest. All that is wrong
 * goes to its diagnostics; a container with errors is added too and marked broken. If the file cannot be parsed to its end,
 * the containers before that place are added; bytes that are no text are found by libyaml up to 16 KiB before it parses
 * what stands there. */
void manifest_read(Manifest *manifest, const char *path, const char *shown);

/* A part of a file that was read at once. */
typedef struct Window {
        int fd;
        size_t start;
        Buffer text;
} Window;

#define WINDOW_NULL ((Window){.fd = -1})

/* Appends what stands at @span to @buffer, through @window, which is faster the nearer the spans stand together. Free its text
 * with buffer_free(). False, with errno set, if it cannot be read. */
bool manifest_read_span(const Span *span, Window *window, Buffer *buffer);

/* Closes the files. Spans cannot be read any more. */
void manifest_close(Manifest *manifest);

/* Frees what is not in the arena, and closes the files. */
void manifest_free(Manifest *manifest);

/* A manifest that is freed at the end of its block. */
#define CLEANUP_MANIFEST CLEANUP(manifest_free)
