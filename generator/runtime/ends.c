/* SPDX-License-Identifier: MIT */
#include "runtime/ends.h"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/inotify.h"
#include "base/memory.h"
#include "base/run-program.h"
#include "runtime/failure.h"
#include "runtime/journal.h"
#include "runtime/stop.h"
#include "state/control-groups.h"
#include "state/record.h"
#include "systemd/log.h"
#include "systemd/unit-name.h"

typedef struct Watched {
        char *name;
        int events; /* of its control group, as inotify(7) knows it; -1: the group is gone */
} Watched;

typedef struct Watch {
        int fd, top; /* inotify(7), and the directory of the notes there */
        Watched *containers;
        size_t length, capacity;
} Watch;

static void watch_free(Watch *watch) {
        for (size_t i = 0; i < watch->length; i++)
                free(watch->containers[i].name);
        free(watch->containers);
        cleanup_close(&watch->fd);
}

/* Several at a time: some take long. What is logged is about the container. */
static void remove_behind(const char *name, const char *invocation) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        pid_t pid = fork();

        if (pid < 0)
                log_message(LOG_WARNING, "Failed to start a process for the end of container %s: %s", name,
                        strerror(errno));
        if (pid != 0)
                return;
        (void)signal(SIGCHLD, SIG_DFL);
        journal_open(name);
        journal_set_subject(container_unit(&arena, name));
        if (container_end(name) > 0)
                failure_explain(name, invocation);
        end_child(EXIT_SUCCESS);
}

static void remove_if_ended(const char *name) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        NotedGroup group;

        if (control_groups_read(&arena, name, &group) && !control_group_is_populated(AT_FDCWD, group.path))
                remove_behind(name, group.invocation);
}

static void forget(Watch *watch, const char *name) {
        for (size_t i = 0; i < watch->length; i++)
                if (strcmp(watch->containers[i].name, name) == 0) {
                        (void)inotify_rm_watch(watch->fd, watch->containers[i].events);
                        free(watch->containers[i].name);
                        watch->containers[i] = watch->containers[--watch->length];
                        return;
                }
}

/* Watches a container that was noted, or removes it if it has ended. */
static void add(Watch *watch, const char *name) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        NotedGroup group;
        int events;

        if (name[0] == '.' || !control_groups_read(&arena, name, &group))
                return;
        forget(watch, name);
        events = inotify_add_watch(watch->fd, arena_join(&arena, group.path, "/cgroup.events"), IN_MODIFY);
        watch->containers = grow_array(watch->containers, watch->length, &watch->capacity, sizeof(*watch->containers));
        watch->containers[watch->length++] = (Watched){.name = duplicate(name), .events = events};
        remove_if_ended(name);
}

static int add_all(Watch *watch) {
        CLEANUP_CLOSEDIR DIR *directory = opendir(RECORDS_DIRECTORY "/" CONTROL_GROUPS_DIRECTORY);
        const struct dirent *entry;

        if (!directory)
                return negative_errno();
        while ((entry = readdir(directory)))
                add(watch, entry->d_name);
        return 0;
}

static int take_event(const struct inotify_event *event, void *userdata) {
        Watch *watch = userdata;

        if (event->mask & IN_Q_OVERFLOW)
                return add_all(watch);
        if (event->wd == watch->top) {
                /* Somebody has deleted the directory: the next run has another one. */
                if (event->mask & IN_IGNORED)
                        return -ENOENT;
                if (event->len > 0 && (event->mask & IN_DELETE))
                        forget(watch, event->name);
                else if (event->len > 0)
                        add(watch, event->name);
                return 0;
        }
        for (size_t i = 0; i < watch->length; i++)
                if (watch->containers[i].events == event->wd)
                        remove_if_ended(watch->containers[i].name);
        return 0;
}

static int begin(Watch *watch) {
        CLEANUP_CLOSE int records = records_open();

        if (records < 0)
                return records;
        if (make_directory(records, CONTROL_GROUPS_DIRECTORY, 0700) < 0 ||
                (watch->top = inotify_add_watch(
                         watch->fd, RECORDS_DIRECTORY "/" CONTROL_GROUPS_DIRECTORY, IN_CREATE | IN_DELETE)) < 0)
                return negative_errno();
        return 0;
}

int ends_watch(void) {
        CLEANUP(watch_free) Watch watch = {.fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK)};
        CLEANUP_CLOSE int end = -1;
        struct pollfd events[2] = {{.fd = watch.fd, .events = POLLIN}, {.events = POLLIN}};
        sigset_t signals;
        int r = watch.fd < 0 ? negative_errno() : 0;

        /* Children leave nothing to wait for. */
        (void)signal(SIGCHLD, SIG_IGN);
        sigemptyset(&signals);
        sigaddset(&signals, SIGTERM);
        if (r >= 0 && (sigprocmask(SIG_BLOCK, &signals, NULL) < 0 || (end = signalfd(-1, &signals, SFD_CLOEXEC)) < 0))
                r = negative_errno();
        events[1].fd = end;
        if (r >= 0 && (r = begin(&watch)) >= 0)
                r = add_all(&watch);
        while (r >= 0) {
                if (poll(events, 2, -1) < 0 && errno != EINTR)
                        r = negative_errno();
                if (r >= 0 && events[0].revents)
                        r = inotify_read_events(watch.fd, take_event, &watch);
                if (r >= 0 && events[1].revents) {
                        r = add_all(&watch);
                        break;
                }
        }
        while (wait(NULL) >= 0 || errno == EINTR)
                ;
        return r < 0 ? log_error(r, "Failed to watch the control groups of containers: %m") : 0;
}
