/* SPDX-License-Identifier: MIT */
/* The forwards of the host's loopback addresses that BPF programs have: a line for each, as the kernel has them. */
#pragma once

#include <arpa/inet.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "runtime/localhost-programs.h"
#include "state/paths.h"

static inline const char *localhost_peer(const LocalhostPeer *peer, const char *instead, char *ret_text) {
        char address[INET6_ADDRSTRLEN];

        if (peer->address[2] == htonl(0xffff))
                sprintf(ret_text, "%s:%u",
                        instead ? instead : inet_ntop(AF_INET, &peer->address[3], address, sizeof(address)),
                        ntohs((uint16_t)peer->port));
        else
                sprintf(ret_text, "[%s]:%u", inet_ntop(AF_INET6, peer->address, address, sizeof(address)),
                        ntohs((uint16_t)peer->port));
        return ret_text;
}

static inline int localhost_map(enum bpf_cmd command, int map, const void *key, void *value) {
        union bpf_attr attributes;

        memset(&attributes, 0, sizeof(attributes));
        attributes.map_fd = (uint32_t)map;
        attributes.key = (uintptr_t)key;
        attributes.value = (uintptr_t)value;
        return (int)syscall(SYS_bpf, command, &attributes, sizeof(attributes));
}

static inline void localhost_forwards_of(FILE *output, const char *version) {
        char path[512], at[64], to[64];
        union bpf_attr attributes;
        LocalhostKey key, next;
        bool is_first = true;
        int map;

        memset(&attributes, 0, sizeof(attributes));
        snprintf(path, sizeof(path), LOCALHOST_DIRECTORY "/%s/forwards", version);
        attributes.pathname = (uintptr_t)path;
        map = (int)syscall(SYS_bpf, BPF_OBJ_GET, &attributes, sizeof(attributes));
        if (map < 0)
                fprintf(output, "%s: %m\n", path);
        for (;; key = next, is_first = false) {
                LocalhostTarget target;

                if (localhost_map(BPF_MAP_GET_NEXT_KEY, map, is_first ? NULL : &key, &next) < 0)
                        break;
                if (localhost_map(BPF_MAP_LOOKUP_ELEM, map, &next, &target) == 0)
                        fprintf(output, "%s %s %s\n", next.protocol == IPPROTO_TCP ? "tcp" : "udp",
                                localhost_peer(&next.at, target.is_of_all ? "127.0.0.0/8" : NULL, at),
                                localhost_peer(&target.peer, NULL, to));
        }
        close(map);
}

/* Prints those of all versions. */
static inline void localhost_forwards(FILE *output) {
        DIR *directory = opendir(LOCALHOST_DIRECTORY);
        const struct dirent *entry;

        while (directory && (entry = readdir(directory)))
                if (entry->d_name[0] != '.')
                        localhost_forwards_of(output, entry->d_name);
        if (directory)
                closedir(directory);
}
