/* SPDX-License-Identifier: MIT */
#include "runtime/address-families.h"

#include <sys/mman.h>

#include "systemd/log.h"
#include "systemd/nspawn-arguments.h"

#define OPTION "restrict-address-families"

/* Whether @program has @option among those that it parses. Its --help would say so, too, but costs each start a process more. */
static bool knows(const char *program, const char *option) {
        CLEANUP_CLOSE int fd = open(program, O_RDONLY | O_CLOEXEC | O_NOCTTY);
        struct stat status;
        void *content;
        bool found;

        if (fd < 0 || fstat(fd, &status) < 0 || status.st_size == 0)
                return false;
        content = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (content == MAP_FAILED)
                return false;
        found = memmem(content, (size_t)status.st_size, option, strlen(option) + 1) != NULL;
        (void)munmap(content, (size_t)status.st_size);
        return found;
}

int prepare_address_families(const char *container, char *program[]) {
        const char *families = nspawn_value(program, "--" OPTION "=");

        if (!families || knows(program[0], OPTION))
                return 0;
        if (*families)
                return log_error(EOPNOTSUPP,
                        "Container %s cannot start: restrictAddressFamilies requires systemd 261 or later.", container);
        nspawn_remove(program, "--" OPTION "=");
        return 0;
}
