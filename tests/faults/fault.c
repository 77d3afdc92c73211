/* SPDX-License-Identifier: MIT */
/* A library to preload: it makes one call of a program fail, the Nth of all that are listed here. Functions of the C library
 * that others of it call are not seen, so what reads a directory at once is listed itself.
 *
 *   FAULT_LOG    where to write a line for each call: the function and the place that calls it, as an offset into its file
 *   FAULT_AT     the number of the call that fails, from 1
 *   FAULT_OF     the function that is counted for that, all if it is not given: how often others are called may depend on how much of an
 *                answer has arrived
 *   FAULT_ERROR  the errno(3) it fails with; 0: it succeeds with a single byte
 *   FAULT_STOP   1: it does not fail, but the program stops there until it gets SIGCONT
 *   FAULT_CHILD  1: only processes that the program forks are disturbed; else these are not
 *
 * Programs that are run by this one are not disturbed. */
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Not included: fcntl.h, stdio.h and others, as the functions below have simpler types than theirs. */
#define O_WRONLY 01
#define O_CREAT 0100
#define O_APPEND 02000
#define O_CLOEXEC 02000000
#define AT_FDCWD (-100)

extern char **environ;
int snprintf(char *text, size_t size, const char *format, ...);
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *memory, size_t size);

static bool active, wanted;
static long calls, fault_at = -1, fault_stop, fault_child;
static int fault_error, log_fd = -1;
static char fault_of[64];

static void take_variable(const char *name, long *ret) {
        const char *value = getenv(name);

        if (value)
                *ret = strtol(value, NULL, 10);
        unsetenv(name);
}

static __attribute__((constructor)) void start(void) {
        const char *log = getenv("FAULT_LOG");
        const char *of = getenv("FAULT_OF");
        long error = EIO;

        if (of)
                strncpy(fault_of, of, sizeof(fault_of) - 1);
        unsetenv("FAULT_OF");
        if (log) {
                log_fd = (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
                if (log_fd >= 0 && syscall(SYS_dup3, log_fd, 900, O_CLOEXEC) == 900) {
                        syscall(SYS_close, log_fd);
                        log_fd = 900;
                }
        }
        unsetenv("FAULT_LOG");
        take_variable("FAULT_AT", &fault_at);
        take_variable("FAULT_ERROR", &error);
        take_variable("FAULT_STOP", &fault_stop);
        take_variable("FAULT_CHILD", &fault_child);
        fault_error = (int)error;
        unsetenv("LD_PRELOAD");
        wanted = log || fault_at >= 0;
        active = wanted && fault_child == 0;
}

/* Counts a call from a place. Whether it is the one that fails. */
static bool is_hit_at(const char *name, char *place) {
        if (!active)
                return false;
        if (log_fd >= 0) {
                char line[96];
                Dl_info file = {.dli_fbase = place};
                int length;

                active = false;
                (void)dladdr(place, &file);
                length = snprintf(line, sizeof(line), "%s %lx\n", name, (long)(place - (char *)file.dli_fbase));
                (void)syscall(SYS_write, log_fd, line, length);
                active = true;
        }
        if ((fault_of[0] != '\0' && strcmp(fault_of, name) != 0) || ++calls != fault_at)
                return false;
        if (fault_stop)
                (void)syscall(SYS_kill, getpid(), SIGSTOP);
        return !fault_stop;
}

static bool fails_at(const char *name, char *place) {
        if (!is_hit_at(name, place))
                return false;
        errno = fault_error;
        return true;
}

/* In a function that is called instead of another. */
#define is_hit(name) is_hit_at(name, __builtin_return_address(0))
#define fails(name) fails_at(name, __builtin_return_address(0))

/* The function that is called when it does not fail. */
static void *next(void **function, const char *name) {
        if (!*function) {
                bool was_active = active;

                active = false;
                *function = dlsym(RTLD_NEXT, name);
                active = was_active;
        }
        return *function;
}

/* What is called behind main() is none of the program's. */
typedef int (*Main)(int argc, char *argv[], char *envp[]);
static Main program;

static int run_program(int argc, char *argv[], char *envp[]) {
        int status = program(argc, argv, envp);

        active = false;
        return status;
}

typedef int StartMain(Main run, int argc, char *argv[], void (*init)(void), void (*fini)(void), void (*rtld_fini)(void),
        void *stack_end);
StartMain __libc_start_main;

int __libc_start_main(Main run, int argc, char *argv[], void (*init)(void), void (*fini)(void), void (*rtld_fini)(void),
        void *stack_end) {
        static void *function;

        program = run;
        return ((StartMain *)next(&function, "__libc_start_main"))(
                run_program, argc, argv, init, fini, rtld_fini, stack_end);
}

#define FUNCTION(type, name, failure, parameters, arguments)                                                           \
        type name parameters;                                                                                          \
        type name parameters {                                                                                         \
                static void *function;                                                                                 \
                if (fails(#name))                                                                                      \
                        return failure;                                                                                \
                return ((type(*) parameters)next(&function, #name))arguments;                                          \
        }

/* One that can read or write fewer bytes than it was asked for. */
#define TRANSFER(name, buffer, parameters, arguments)                                                                  \
        ssize_t name parameters;                                                                                       \
        ssize_t name parameters {                                                                                      \
                static void *function;                                                                                 \
                if (is_hit(#name)) {                                                                                   \
                        errno = fault_error;                                                                           \
                        if (fault_error != 0)                                                                          \
                                return -1;                                                                             \
                        size = size > 1 ? 1 : size;                                                                    \
                }                                                                                                      \
                return ((ssize_t(*) parameters)next(&function, #name))arguments;                                       \
        }

/* Memory. */
void *malloc(size_t size) {
        return fails("malloc") ? NULL : __libc_malloc(size);
}
void *calloc(size_t n, size_t size) {
        return fails("calloc") ? NULL : __libc_calloc(n, size);
}
void *realloc(void *memory, size_t size) {
        return fails("realloc") ? NULL : __libc_realloc(memory, size);
}
FUNCTION(void *, mmap, (void *)-1, (void *at, size_t size, int prot, int flags, int fd, long offset),
        (at, size, prot, flags, fd, offset))
FUNCTION(int, memfd_create, -1, (const char *name, unsigned flags), (name, flags))

/* Files. */
FUNCTION(int, open, -1, (const char *path, int flags, unsigned mode), (path, flags, mode))
FUNCTION(int, openat, -1, (int at, const char *path, int flags, unsigned mode), (at, path, flags, mode))
FUNCTION(void *, fopen, NULL, (const char *path, const char *mode), (path, mode))
FUNCTION(void *, fmemopen, NULL, (void *text, size_t length, const char *mode), (text, length, mode))
FUNCTION(int, close, (next(&function, "close"), ((int (*)(int))function)(fd), errno = fault_error, -1), (int fd), (fd))
TRANSFER(read, buffer, (int fd, void *buffer, size_t size), (fd, buffer, size))
TRANSFER(pread, buffer, (int fd, void *buffer, size_t size, long at), (fd, buffer, size, at))
TRANSFER(write, buffer, (int fd, const void *buffer, size_t size), (fd, buffer, size))
FUNCTION(ssize_t, __getdelim, -1, (char **line, size_t *n, int end, void *stream), (line, n, end, stream))
FUNCTION(void *, popen, NULL, (const char *command, const char *mode), (command, mode))
FUNCTION(char *, fgets, NULL, (char *line, int size, void *stream), (line, size, stream))
FUNCTION(int, fflush, -1, (void *stream), (stream))
FUNCTION(long, lseek, -1, (int fd, long offset, int whence), (fd, offset, whence))
FUNCTION(int, fsync, -1, (int fd), (fd))
FUNCTION(int, flock, -1, (int fd, int operation), (fd, operation))
FUNCTION(int, fstat, -1, (int fd, void *status), (fd, status))
FUNCTION(int, lstat, -1, (const char *path, void *status), (path, status))
FUNCTION(int, access, -1, (const char *path, int mode), (path, mode))
FUNCTION(int, faccessat, -1, (int at, const char *path, int mode, int flags), (at, path, mode, flags))
FUNCTION(int, ioctl, -1, (int fd, unsigned long request, void *argument), (fd, request, argument))
FUNCTION(ssize_t, readlink, -1, (const char *path, char *buffer, size_t size), (path, buffer, size))
FUNCTION(ssize_t, readlinkat, -1, (int at, const char *path, char *buffer, size_t size), (at, path, buffer, size))
FUNCTION(int, fclose, (next(&function, "fclose"), ((int (*)(void *))function)(stream), errno = fault_error, -1),
        (void *stream), (stream))
FUNCTION(int, fcntl, -1, (int fd, int command, long argument), (fd, command, argument))
FUNCTION(int, stat, -1, (const char *path, void *status), (path, status))
FUNCTION(int, fstatat, -1, (int at, const char *path, void *status, int flags), (at, path, status, flags))
FUNCTION(int, fchownat, -1, (int at, const char *path, unsigned user, unsigned group, int flags),
        (at, path, user, group, flags))
FUNCTION(int, statx, -1, (int at, const char *path, int flags, unsigned mask, void *status),
        (at, path, flags, mask, status))
FUNCTION(int, mount, -1,
        (const char *source, const char *path, const char *type, unsigned long flags, const void *data),
        (source, path, type, flags, data))
FUNCTION(int, umount2, -1, (const char *path, int flags), (path, flags))
FUNCTION(char *, realpath, NULL, (const char *path, char *resolved), (path, resolved))

/* Directories. */
FUNCTION(int, scandir, -1, (const char *path, void ***list, void *filter, void *compare), (path, list, filter, compare))
FUNCTION(void *, opendir, NULL, (const char *path), (path))
FUNCTION(void *, fdopendir, NULL, (int fd), (fd))
FUNCTION(void *, readdir, NULL, (void *directory), (directory))
FUNCTION(int, mkdir, -1, (const char *path, unsigned mode), (path, mode))
FUNCTION(int, mkdirat, -1, (int at, const char *path, unsigned mode), (at, path, mode))
FUNCTION(int, rmdir, -1, (const char *path), (path))
FUNCTION(int, unlink, -1, (const char *path), (path))
FUNCTION(int, unlinkat, -1, (int at, const char *path, int flags), (at, path, flags))
FUNCTION(int, symlink, -1, (const char *target, const char *path), (target, path))
FUNCTION(int, symlinkat, -1, (const char *target, int at, const char *path), (target, at, path))
FUNCTION(int, rename, -1, (const char *from, const char *to), (from, to))
FUNCTION(int, renameat, -1, (int from_at, const char *from, int to_at, const char *to), (from_at, from, to_at, to))
FUNCTION(int, renameat2, -1, (int from_at, const char *from, int to_at, const char *to, unsigned flags),
        (from_at, from, to_at, to, flags))

/* Processes, and what else the kernel is asked for. */
FUNCTION(int, posix_spawn, fault_error,
        (int *pid, const char *path, const void *actions, const void *attributes, char *const *arguments,
                char *const *variables),
        (pid, path, actions, attributes, arguments, variables))
int fork(void);
int fork(void) {
        static void *function;
        int pid;

        if (fails("fork"))
                return -1;
        pid = ((int (*)(void))next(&function, "fork"))();
        if (pid == 0)
                active = wanted && fault_child != 0;
        return pid;
}
FUNCTION(int, execv, -1, (const char *path, char *const arguments[]), (path, arguments))
FUNCTION(int, waitpid, -1, (int pid, int *status, int options), (pid, status, options))
FUNCTION(int, waitid, -1, (int type, unsigned id, void *info, int options), (type, id, info, options))
FUNCTION(int, chdir, -1, (const char *path), (path))
FUNCTION(int, fchdir, -1, (int fd), (fd))
FUNCTION(int, setns, -1, (int fd, int type), (fd, type))
FUNCTION(int, unshare, -1, (int flags), (flags))
FUNCTION(int, pipe2, -1, (int fds[2], int flags), (fds, flags))
FUNCTION(int, dup2, -1, (int old, int new), (old, new))
FUNCTION(int, fchmod, -1, (int fd, mode_t mode), (fd, mode))
FUNCTION(ssize_t, splice, -1, (int from, long *offset, int to, long *other, size_t length, unsigned flags),
        (from, offset, to, other, length, flags))
FUNCTION(int, poll, -1, (void *fds, unsigned long n, int timeout), (fds, n, timeout))
FUNCTION(int, socket, -1, (int domain, int type, int protocol), (domain, type, protocol))
FUNCTION(ssize_t, send, -1, (int fd, const void *data, size_t size, int flags), (fd, data, size, flags))
FUNCTION(ssize_t, recvfrom, -1, (int fd, void *data, size_t size, int flags, void *from, unsigned *length),
        (fd, data, size, flags, from, length))
FUNCTION(int, socketpair, -1, (int domain, int type, int protocol, int fds[2]), (domain, type, protocol, fds))
FUNCTION(int, getrlimit, -1, (int resource, void *limit), (resource, limit))
FUNCTION(int, setrlimit, -1, (int resource, const void *limit), (resource, limit))
FUNCTION(
        int, getsockopt, -1, (int fd, int level, int name, void *value, unsigned *size), (fd, level, name, value, size))
FUNCTION(ssize_t, getrandom, -1, (void *buffer, size_t size, unsigned flags), (buffer, size, flags))
FUNCTION(unsigned, if_nametoindex, 0, (const char *name), (name))
FUNCTION(char *, if_indextoname, NULL, (unsigned index, char *name), (index, name))
FUNCTION(int, tcgetattr, -1, (int fd, void *settings), (fd, settings))
FUNCTION(int, tcsetattr, -1, (int fd, int when, const void *settings), (fd, when, settings))

/* What the C library has no functions for goes by its own name. */
static const char *name_of_call(long number) {
        switch (number) {
        case SYS_bpf:
                return "bpf";
        case SYS_mount_setattr:
                return "mount_setattr";
        case SYS_move_mount:
                return "move_mount";
        case SYS_open_tree:
                return "open_tree";
        case SYS_openat2:
                return "openat2";
        default:
                return "syscall";
        }
}

long syscall(long number, ...) {
        static void *function;
        long arguments[6];
        va_list values;

        if (fails(name_of_call(number)))
                return -1;
        va_start(values, number);
        for (int i = 0; i < 6; i++)
                arguments[i] = va_arg(values, long);
        va_end(values);
        return ((long (*)(long, ...))next(&function, "syscall"))(
                number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]);
}

/* D-Bus and events, which give a negative errno(3). */
#define BUS(name, parameters, arguments) FUNCTION(int, name, -fault_error, parameters, arguments)
#define BUS_VARIADIC(name, parameters, arguments)                                                                      \
        int name parameters;                                                                                           \
        int name parameters {                                                                                          \
                static int(*function) parameters;                                                                      \
                va_list values;                                                                                        \
                int r;                                                                                                 \
                if (fails(#name))                                                                                      \
                        return -fault_error;                                                                           \
                if (!function)                                                                                         \
                        *(void **)&function = dlsym(RTLD_NEXT, #name "v");                                             \
                va_start(values, types);                                                                               \
                r = function arguments;                                                                                \
                va_end(values);                                                                                        \
                return r;                                                                                              \
        }

BUS(sd_bus_new, (void **bus), (bus))
BUS(sd_bus_open_system, (void **bus), (bus))
BUS(sd_bus_open_system_machine, (void **bus, const char *machine), (bus, machine))
BUS(sd_bus_set_address, (void *bus, const char *address), (bus, address))
BUS(sd_bus_start, (void *bus), (bus))
BUS(sd_bus_attach_event, (void *bus, void *event, int priority), (bus, event, priority))
BUS(sd_bus_process, (void *bus, void **message), (bus, message))
BUS(sd_bus_wait, (void *bus, unsigned long timeout), (bus, timeout))
BUS(sd_bus_path_encode, (const char *prefix, const char *id, char **path), (prefix, id, path))
BUS(sd_bus_path_decode, (const char *path, const char *prefix, char **id), (path, prefix, id))
BUS(sd_bus_call, (void *bus, void *message, unsigned long timeout, void *error, void **reply),
        (bus, message, timeout, error, reply))
BUS(sd_bus_call_methodv,
        (void *bus, const char *service, const char *path, const char *interface, const char *member, void *error,
                void **reply, const char *types, va_list values),
        (bus, service, path, interface, member, error, reply, types, values))
BUS(sd_bus_call_async, (void *bus, void **slot, void *message, void *callback, void *userdata, unsigned long timeout),
        (bus, slot, message, callback, userdata, timeout))
BUS(sd_bus_match_signal,
        (void *bus, void **slot, const char *sender, const char *path, const char *interface, const char *member,
                void *callback, void *userdata),
        (bus, slot, sender, path, interface, member, callback, userdata))
BUS(sd_bus_get_property,
        (void *bus, const char *service, const char *path, const char *interface, const char *member, void *error,
                void **reply, const char *type),
        (bus, service, path, interface, member, error, reply, type))
BUS(sd_bus_get_property_string,
        (void *bus, const char *service, const char *path, const char *interface, const char *member, void *error,
                char **value),
        (bus, service, path, interface, member, error, value))
BUS(sd_bus_get_property_trivial,
        (void *bus, const char *service, const char *path, const char *interface, const char *member, void *error,
                int type, void *value),
        (bus, service, path, interface, member, error, type, value))
BUS(sd_bus_message_new_method_call,
        (void *bus, void **message, const char *service, const char *path, const char *interface, const char *member),
        (bus, message, service, path, interface, member))
BUS(sd_bus_message_append_strv, (void *message, char **texts), (message, texts))
BUS(sd_bus_message_open_container, (void *message, int type, const char *contents), (message, type, contents))
BUS(sd_bus_message_close_container, (void *message), (message))
BUS(sd_bus_message_enter_container, (void *message, int type, const char *contents), (message, type, contents))
BUS(sd_bus_message_exit_container, (void *message), (message))
BUS(sd_bus_message_read_array, (void *message, int type, const void **array, size_t *size),
        (message, type, array, size))
BUS(sd_bus_message_skip, (void *message, const char *types), (message, types))
BUS_VARIADIC(sd_bus_message_append, (void *message, const char *types, ...), (message, types, values))
BUS_VARIADIC(sd_bus_message_read, (void *message, const char *types, ...), (message, types, values))
BUS_VARIADIC(sd_bus_call_method,
        (void *bus, const char *service, const char *path, const char *interface, const char *member, void *error,
                void **reply, const char *types, ...),
        (bus, service, path, interface, member, error, reply, types, values))
BUS_VARIADIC(sd_bus_call_method_async,
        (void *bus, void **slot, const char *service, const char *path, const char *interface, const char *member,
                void *callback, void *userdata, const char *types, ...),
        (bus, slot, service, path, interface, member, callback, userdata, types, values))
BUS(sd_event_new, (void **event), (event))
BUS(sd_event_add_io, (void *event, void **source, int fd, unsigned events, void *callback, void *userdata),
        (event, source, fd, events, callback, userdata))
BUS(sd_event_add_time_relative,
        (void *event, void **source, int clock, unsigned long usec, unsigned long accuracy, void *callback,
                void *userdata),
        (event, source, clock, usec, accuracy, callback, userdata))
BUS(sd_event_add_signal, (void *event, void **source, int number, void *callback, void *userdata),
        (event, source, number, callback, userdata))
BUS(sd_event_loop, (void *event), (event))
