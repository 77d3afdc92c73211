/* SPDX-License-Identifier: MIT */
#include "cli/free-network.h"

#include <arpa/inet.h>

/* Notes the networks of the addresses of @link. */
static void note_link(bool taken[static 256], const Link *link) {
        const AddressValue *values[] = {&link->host_address, &link->local_address};

        for (size_t i = 0; i < 2; i++) {
                uint32_t address = ntohl(values[i]->address.in.s_addr);

                if (values[i]->address.family == AF_INET && address >> 16 == (10U << 8 | 233))
                        taken[address >> 8 & 0xff] = true;
        }
}

static void note_container(bool taken[static 256], const Container *container) {
        const Link *veths = container->rare->extra_veths.items;

        note_link(taken, &container->link);
        for (uint32_t i = 0; i < container->rare->extra_veths.length; i++)
                note_link(taken, &veths[i]);
}

unsigned find_free_network(Host *host) {
        bool taken[256] = {false};

        for (size_t i = 0; i < host->manifest.length; i++)
                note_container(taken, host->manifest.containers[i]);
        for (size_t i = 0; i < host->length; i++) {
                const Container *running = host_running(host, &host->containers[i]);

                if (running)
                        note_container(taken, running);
        }
        for (unsigned i = 1; i < 255; i++)
                if (!taken[i])
                        return i;
        return 0;
}
