/* SPDX-License-Identifier: MIT */
#include "runtime/machine.h"

#include <sys/file.h>
#include <sys/mount.h>

#include "base/file.h"
#include "base/lines.h"
#include "bus/machined.h"
#include "state/paths.h"
#include "systemd/log.h"
#include "systemd/unit-name.h"

#define MACHINES "/run/systemd/machines/"

const char *machine_other_unit(Arena *arena, const char *container) {
        CLEANUP_BUFFER Buffer state = BUFFER_NULL;
        const char *unit = NULL;

        if (read_file(arena_join(arena, MACHINES, container), &state) < 0)
                return NULL;
        for_each_line(line, end, &state) {
                /* It is called a scope, whatever it is. */
                const char *value = line_behind(line, end, "SCOPE=");

                if (value)
                        unit = arena_copy(arena, value, (size_t)(end - value));
        }
        return unit && strcmp(unit, container_unit(arena, container)) != 0 ? unit : NULL;
}

/* Has systemd-machined forget the machine, if systemd-nspawn was killed before it could: it would refuse the next of
 * the name while the unit exists. */
static void unregister(Arena *arena, const char *container) {
        CLEANUP_BUS_ERROR sd_bus_error error = SD_BUS_ERROR_NULL;
        CLEANUP_BUS sd_bus *bus = NULL;
        int r;

        if (access(arena_join(arena, MACHINES, container), F_OK) < 0 || host_bus_connect(&bus) < 0)
                return;
        r = machine_unregister(bus, container, &error);
        if (r < 0 && !sd_bus_error_has_name(&error, MACHINED_NO_SUCH_MACHINE))
                log_message(LOG_WARNING, "Failed to unregister container %s from systemd-machined: %s", container,
                        machine_error_text(&error, r));
}

static void remove_mount_point(const char *path) {
        (void)umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW);
        (void)rmdir(path);
}

/* Removes the file by which systemd-nspawn has locked a root directory, unless somebody has it locked: another host may that has this
 * file system too. systemd takes locks of both kinds. */
static void remove_lock(const char *path) {
        CLEANUP_CLOSE int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
        struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

        if (fd >= 0 && fcntl(fd, F_OFD_SETLK, &whole) >= 0 && flock(fd, LOCK_EX | LOCK_NB) >= 0)
                (void)unlink(path);
}

void machine_remove(const char *container) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;

        if (machine_other_unit(&arena, container))
                return;
        unregister(&arena, container);
        /* The mount through which systemd-nspawn passes mounts into the container, the one through which the container's sockets are seen,
         * which versions have in different places, and the lock of the root directory. Newer versions have an option for the mounts,
         * --cleanup. */
        remove_mount_point(arena_printf(&arena, "/run/systemd/nspawn/propagate/%s", container));
        remove_mount_point(arena_printf(&arena, "/run/systemd/nspawn/unix-export/%s", container));
        remove_mount_point(arena_printf(&arena, "/run/systemd/nspawn/%s/unix-export", container));
        (void)rmdir(arena_printf(&arena, "/run/systemd/nspawn/%s", container));
        remove_lock(arena_printf(&arena, EPHEMERAL_ROOTS ".#%s.lck", container));
        remove_lock(arena_printf(&arena, STATE_ROOTS ".#%s.lck", container));
}
