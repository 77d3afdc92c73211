/* SPDX-License-Identifier: MIT */
#include "runtime/nix-watch.h"

#include <poll.h>
#include <systemd/sd-daemon.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/inotify.h"
#include "base/memory.h"
#include "runtime/nix-own.h"
#include "runtime/nix-roots.h"
#include "state/record.h"
#include "systemd/log.h"

/* In ms: how long a change is waited for to be whole, and how long after an update the next one comes, or after one that has failed. */
#define QUIET_TIME 100
#define PAUSE 1000
#define LONG_PAUSE 60000

/* What is new, and what is gone. Each watch of a container's directory is for one change: however often it changes anything, there is
 * not more to read. */
#define CHANGES (IN_CREATE | IN_MOVED_TO | IN_DELETE | IN_MOVED_FROM | IN_ONLYDIR)

/* Its own directory, and those in it. */
#define WATCHES_MAX (NIX_DIRECTORIES_MAX + 1)

typedef struct Watched {
        char *name;
        int watches[WATCHES_MAX];
        size_t length;
        bool failed;             /* one could not be made */
        bool is_there;           /* while the names are read */
        int64_t due, not_before; /* when it is updated next, if at all (NEVER), in ms of the clock */
} Watched;

#define NEVER INT64_MAX

typedef struct Watch {
        int fd, top; /* what tells of changes, and its watch of NIX_OWN */
        Watched **containers;
        size_t length, capacity;
        Watched *current; /* that is updated now */
} Watch;

static int64_t milliseconds(void) {
        return (int64_t)(clock_usec() / 1000);
}

/* Has the container updated soon. */
static void schedule(Watched *container) {
        int64_t soon = milliseconds() + QUIET_TIME;

        if (container->due == NEVER)
                container->due = soon > container->not_before ? soon : container->not_before;
}

static void forget_watches(const Watch *watch, const int watches[], size_t length, const Watched *but) {
        for (size_t i = 0; i < length; i++) {
                bool is_used = false;

                for (size_t j = 0; but && j < but->length && !is_used; j++)
                        is_used = but->watches[j] == watches[i];
                /* It may be gone already. */
                if (!is_used)
                        (void)inotify_rm_watch(watch->fd, watches[i]);
        }
}

/* Adds a directory of the container that is updated. */
static void add_directory(int directory, void *userdata) {
        const Watch *watch = userdata;
        Watched *container = watch->current;
        int number = -1;

        if (container->length < WATCHES_MAX)
                number = inotify_add_watch(watch->fd, fd_path(directory).text, CHANGES | IN_ONESHOT);
        if (number >= 0)
                container->watches[container->length++] = number;
        else if (!container->failed)
                log_message(LOG_WARNING, "Failed to watch all of " NIX_OWN "%s: %s", container->name, strerror(errno));
        container->failed = container->failed || number < 0;
}

static void update(Watch *watch, Watched *container) {
        int before[WATCHES_MAX];
        size_t length = container->length;
        int r;

        memcpy(before, container->watches, length * sizeof(*before));
        container->length = 0;
        container->failed = false;
        container->due = NEVER;
        watch->current = container;
        r = nix_roots_update(container->name, add_directory, watch);
        forget_watches(watch, before, length, container);
        container->not_before = milliseconds() + (r < 0 || container->failed ? LONG_PAUSE : PAUSE);
        /* What is not watched is looked at all the same. */
        if (r < 0 || container->failed)
                container->due = container->not_before;
}

static Watched *find(const Watch *watch, const char *name) {
        for (size_t i = 0; i < watch->length; i++)
                if (strcmp(watch->containers[i]->name, name) == 0)
                        return watch->containers[i];
        return NULL;
}

static void add_container(Watch *watch, const char *name) {
        Watched *container = find(watch, name);

        if (!container) {
                container = reallocate(NULL, sizeof(*container));
                *container = (Watched){.name = duplicate(name), .due = 0};
                watch->containers =
                        grow_array(watch->containers, watch->length, &watch->capacity, sizeof(*watch->containers));
                watch->containers[watch->length++] = container;
        }
        container->is_there = true;
}

/* Takes out those that are gone. */
static void remove_containers(Watch *watch) {
        size_t kept = 0;

        for (size_t i = 0; i < watch->length; i++) {
                Watched *container = watch->containers[i];

                if (container->is_there) {
                        container->is_there = false;
                        watch->containers[kept++] = container;
                        continue;
                }
                forget_watches(watch, container->watches, container->length, NULL);
                free(container->name);
                free(container);
        }
        watch->length = kept;
}

/* Looks which containers there are. */
static int read_names(Watch *watch) {
        CLEANUP_CLOSEDIR DIR *directory = open_directory(AT_FDCWD, NIX_OWN);
        const struct dirent *entry;

        if (!directory)
                return negative_errno();
        while ((entry = readdir(directory)))
                if (entry->d_name[0] != '.')
                        add_container(watch, entry->d_name);
        remove_containers(watch);
        return 0;
}

/* Those that it is about are updated soon. */
static int take_event(const struct inotify_event *event, void *userdata) {
        Watch *watch = userdata;
        int r = event->wd == watch->top || (event->mask & IN_Q_OVERFLOW) ? read_names(watch) : 0;

        for (size_t i = 0; i < watch->length; i++) {
                Watched *container = watch->containers[i];
                bool is_about_it = (event->mask & IN_Q_OVERFLOW) != 0;

                for (size_t j = 0; j < container->length && !is_about_it; j++)
                        is_about_it = container->watches[j] == event->wd;
                if (is_about_it)
                        schedule(container);
        }
        return r;
}

/* Updates those whose time has come. Returns how long it is until that of the next, -1 if there is none. */
static int update_due(Watch *watch) {
        int64_t next = NEVER, left;

        for (size_t i = 0; i < watch->length; i++) {
                Watched *container = watch->containers[i];

                if (container->due <= milliseconds())
                        update(watch, container);
                if (container->due < next)
                        next = container->due;
        }
        left = next == NEVER ? -1 : next - milliseconds();
        return next == NEVER ? -1 : left < 0 ? 0 : (int)left;
}

/* Of containers that were not started since there was an earlier version, and maybe never are. */
static void move_old(void) {
        CLEANUP_CLOSEDIR DIR *directory = open_directory(AT_FDCWD, NIX_OLD_GCROOTS);
        const struct dirent *entry;

        while (directory && (entry = readdir(directory)))
                if (entry->d_name[0] != '.' && !record_may_exist(entry->d_name))
                        ignore_failure(nix_own_move_old(entry->d_name));
}

int nix_watch(void) {
        Watch watch = {.fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK)};
        CLEANUP_CLOSE int directory = -1;
        struct pollfd more = {.fd = watch.fd, .events = POLLIN};
        int r = 0;

        /* It may be there before the first container. */
        if (watch.fd < 0 || make_directory(AT_FDCWD, NIX_VAR, 0755) < 0 ||
                (directory = nix_open_closed(NIX_VAR "/per-container")) < 0 ||
                (watch.top = inotify_add_watch(watch.fd, NIX_OWN, CHANGES)) < 0)
                r = negative_errno();
        move_old();
        if (r >= 0)
                r = read_names(&watch);
        if (r >= 0)
                (void)sd_notify(false, "READY=1");
        while (r >= 0) {
                if (poll(&more, 1, update_due(&watch)) > 0)
                        r = inotify_read_events(watch.fd, take_event, &watch);
        }
        return log_error(r, "Failed to watch " NIX_OWN ": %m");
}
