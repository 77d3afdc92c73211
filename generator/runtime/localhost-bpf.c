/* SPDX-License-Identifier: MIT */
#include "runtime/localhost-bpf.h"

#include <asm/socket.h>
#include <linux/btf.h>
#include <linux/magic.h>
#include <sys/socket.h>
#include <sys/vfs.h>

#include "base/file.h"
#include "base/number.h"
#include "runtime/bpf.h"
#include "systemd/log.h"

#define BPF_FILE_SYSTEM "/sys/fs/bpf"

#define VERSION_DIRECTORY_OF(version) #version
#define VERSION_DIRECTORY_OF_NUMBER(version) VERSION_DIRECTORY_OF(version)
#define VERSION_DIRECTORY VERSION_DIRECTORY_OF_NUMBER(LOCALHOST_PROGRAMS_VERSION)
#define FORWARDS "forwards"

/* A version that is not complete yet, and one that is not complete any more. */
#define NEW_DIRECTORY "new"
#define OLD_DIRECTORY "old"

/* They are allocated as they are needed: the limit costs nothing. */
#define FORWARDS_MAX 1000000

/* The numbers of types, in the order in which they are described. */
enum { NUMBER_TYPE = 1, ARRAY_TYPE };

/* Large enough for what the verifier says of the longest program. */
#define VERIFIER_LOG_SIZE ((size_t)256 * 1024)

static int create_forwards(void) {
        BPF_ATTRIBUTES(attributes);

        attributes.map_type = BPF_MAP_TYPE_LPM_TRIE;
        attributes.key_size = LOCALHOST_KEY_SIZE;
        attributes.value_size = sizeof(LocalhostTarget);
        attributes.max_entries = FORWARDS_MAX;
        attributes.map_flags = BPF_F_NO_PREALLOC;
        snprintf(attributes.map_name, sizeof(attributes.map_name), "localhost");
        return bpf_call(BPF_MAP_CREATE, &attributes);
}

/* Describes types to the kernel, as it wants for what sockets have: a number, and an array of numbers as large as LocalhostSent.
 * Documentation/bpf/btf.rst of Linux */
static int describe_types(void) {
        static const struct {
                struct btf_header header;
                struct btf_type number;
                uint32_t number_is;
                struct btf_type array;
                struct btf_array array_is;
                char strings[4];
        } types = {
                .header = {.magic = BTF_MAGIC,
                        .version = BTF_VERSION,
                        .hdr_len = sizeof(types.header),
                        .type_len = offsetof(typeof(types), strings) - sizeof(types.header),
                        .str_off = offsetof(typeof(types), strings) - sizeof(types.header),
                        .str_len = 1},
                .number = {.info = BTF_KIND_INT << 24, .size = sizeof(uint32_t)},
                .number_is = 8 * sizeof(uint32_t),
                .array = {.info = BTF_KIND_ARRAY << 24},
                .array_is = {.type = NUMBER_TYPE,
                        .index_type = NUMBER_TYPE,
                        .nelems = sizeof(LocalhostSent) / sizeof(uint32_t)},
        };
        BPF_ATTRIBUTES(attributes);

        attributes.btf = (uintptr_t)&types;
        attributes.btf_size = offsetof(typeof(types), strings) + 1;
        return bpf_call(BPF_BTF_LOAD, &attributes);
}

static int create_sent(void) {
        CLEANUP_CLOSE int types = describe_types();
        BPF_ATTRIBUTES(attributes);

        if (types < 0)
                return types;
        attributes.map_type = BPF_MAP_TYPE_SK_STORAGE;
        attributes.key_size = sizeof(uint32_t);
        attributes.value_size = sizeof(LocalhostSent);
        attributes.map_flags = BPF_F_NO_PREALLOC;
        attributes.btf_fd = (uint32_t)types;
        attributes.btf_key_type_id = NUMBER_TYPE;
        attributes.btf_value_type_id = ARRAY_TYPE;
        snprintf(attributes.map_name, sizeof(attributes.map_name), "localhost_sent");
        return bpf_call(BPF_MAP_CREATE, &attributes);
}

/* What the verifier says of a program that it has refused. */
static void log_verifier(union bpf_attr *load, const char *name) {
        CLEANUP_FREE char *text = calloc(VERIFIER_LOG_SIZE, 1);

        if (!text)
                return;
        load->log_buf = (uintptr_t)text;
        load->log_size = VERIFIER_LOG_SIZE;
        load->log_level = 1;
        cleanup_close(&(int){bpf_call(BPF_PROG_LOAD, load)});
        for (char *rest = text, *line; (line = strsep(&rest, "\n"));)
                if (*line)
                        log_message(LOG_DEBUG, "cgroup/%s: %s", name, line);
}

static int load_program(const LocalhostHook *hook, int forwards, int sent) {
        struct bpf_insn program[LOCALHOST_PROGRAM_MAX];
        BPF_ATTRIBUTES(attributes);
        int fd, attempts = 5;

        attributes.prog_type = BPF_PROG_TYPE_CGROUP_SOCK_ADDR;
        attributes.expected_attach_type = hook->type;
        attributes.insns = (uintptr_t)program;
        attributes.insn_cnt = (uint32_t)localhost_program(hook, forwards, sent, program);
        attributes.license = (uintptr_t) "MIT";
        snprintf(attributes.prog_name, sizeof(attributes.prog_name), "%s", hook->name);
        /* EAGAIN: a signal has interrupted the verifier. */
        do
                fd = bpf_call(BPF_PROG_LOAD, &attributes);
        while (fd == -EAGAIN && --attempts > 0);
        if (fd == -EINVAL || fd == -EACCES)
                log_verifier(&attributes, hook->name);
        return fd;
}

/* Attaches a program beside those that are there, for as long as the link is. */
static int create_link(int program, int group, enum bpf_attach_type type) {
        BPF_ATTRIBUTES(attributes);

        attributes.link_create.prog_fd = (uint32_t)program;
        attributes.link_create.target_fd = (uint32_t)group;
        attributes.link_create.attach_type = type;
        return bpf_call(BPF_LINK_CREATE, &attributes);
}

typedef struct PinPath {
        char text[sizeof(LOCALHOST_DIRECTORY) + NAME_MAX + sizeof("/" FORWARDS)];
} PinPath;

/* What is there in the directory of a version. */
static PinPath pin_path(const char *version, const char *name) {
        PinPath path;

        snprintf(path.text, sizeof(path.text), LOCALHOST_DIRECTORY "/%.*s/%s", NAME_MAX, version, name);
        return path;
}

static int pin(int fd, const char *name) {
        PinPath path = pin_path(NEW_DIRECTORY, name);
        BPF_ATTRIBUTES(attributes);

        attributes.pathname = (uintptr_t)path.text;
        attributes.bpf_fd = (uint32_t)fd;
        return bpf_call(BPF_OBJ_PIN, &attributes);
}

static int open_pinned(const char *version, const char *name) {
        PinPath path = pin_path(version, name);
        BPF_ATTRIBUTES(attributes);

        attributes.pathname = (uintptr_t)path.text;
        return bpf_call(BPF_OBJ_GET, &attributes);
}

static int attach(const LocalhostHook *hook, int forwards, int sent, int group) {
        CLEANUP_CLOSE int program = load_program(hook, forwards, sent), link = -1;

        if (program < 0)
                return program;
        link = create_link(program, group, hook->type);
        return link < 0 ? link : pin(link, hook->name);
}

static int attach_all(int forwards) {
        CLEANUP_CLOSE int sent = create_sent();
        CLEANUP_CLOSE int group = open(CONTROL_GROUPS, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        int r = sent < 0 ? sent : group < 0 ? negative_errno() : 0;

        for (size_t i = 0; i < LOCALHOST_HOOKS && r >= 0; i++)
                r = attach(&localhost_hooks[i], forwards, sent, group);
        return r < 0 ? r : pin(forwards, FORWARDS);
}

/* Removes what is pinned in the directory, and the directory. */
static int remove_pins(const char *name) {
        CLEANUP_CLOSEDIR DIR *directory = opendir(pin_path(name, "").text);
        const struct dirent *entry;

        if (!directory)
                return errno == ENOENT ? 0 : negative_errno();
        while ((errno = 0, entry = readdir(directory)))
                if (entry->d_name[0] != '.' && unlinkat(dirfd(directory), entry->d_name, 0) < 0)
                        return negative_errno();
        return errno != 0 || rmdir(pin_path(name, "").text) < 0 ? negative_errno() : 0;
}

static int remove_remains(void) {
        int r = remove_pins(NEW_DIRECTORY);

        keep_failure(&r, remove_pins(OLD_DIRECTORY));
        return r;
}

/* Removes it unless there is a version in it. */
static void remove_directory(void) {
        (void)!rmdir(LOCALHOST_DIRECTORY);
}

/* Loads the programs. Returns the map of forwards. */
static int load(void) {
        CLEANUP_CLOSE int forwards = -1;
        int r;

        if (make_directory(AT_FDCWD, LOCALHOST_DIRECTORY, 0700) < 0)
                return negative_errno();
        if ((r = remove_remains()) >= 0 && mkdir(LOCALHOST_DIRECTORY "/" NEW_DIRECTORY, 0700) < 0)
                r = negative_errno();
        if (r >= 0)
                r = forwards = create_forwards();
        if (r >= 0)
                r = attach_all(forwards);
        if (r >= 0 && rename(LOCALHOST_DIRECTORY "/" NEW_DIRECTORY, LOCALHOST_DIRECTORY "/" VERSION_DIRECTORY) < 0)
                r = negative_errno();
        if (r >= 0)
                return take_fd(&forwards);
        ignore_failure(remove_remains());
        remove_directory();
        return r;
}

/* The cookie of the network namespace that this process is in. */
static int read_network(uint64_t *ret_cookie) {
        CLEANUP_CLOSE int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        socklen_t size = sizeof(*ret_cookie);

        return fd < 0 || getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, ret_cookie, &size) < 0 ? negative_errno() : 0;
}

static int set_element(int map, const LocalhostForward *forward, uint64_t network) {
        LocalhostKey key = forward->key;
        BPF_ATTRIBUTES(attributes);

        key.network = network;
        attributes.map_fd = (uint32_t)map;
        attributes.key = (uintptr_t)&key;
        attributes.value = (uintptr_t)&forward->target;
        attributes.flags = BPF_ANY;
        return bpf_call(BPF_MAP_UPDATE_ELEM, &attributes);
}

/* One that is not there counts as deleted. */
static int delete_element(int map, const LocalhostForward *forward, uint64_t network) {
        LocalhostKey key = forward->key;
        BPF_ATTRIBUTES(attributes);
        int r;

        key.network = network;
        attributes.map_fd = (uint32_t)map;
        attributes.key = (uintptr_t)&key;
        r = bpf_call(BPF_MAP_DELETE_ELEM, &attributes);
        return r == -ENOENT ? 0 : r;
}

static bool is_empty(int map) {
        LocalhostKey key;
        BPF_ATTRIBUTES(attributes);

        attributes.map_fd = (uint32_t)map;
        attributes.next_key = (uintptr_t)&key;
        return bpf_call(BPF_MAP_GET_NEXT_KEY, &attributes) == -ENOENT;
}

static int delete_all(int map, const LocalhostForward *forwards, size_t length, uint64_t network) {
        int r = 0;

        for (size_t i = 0; i < length; i++)
                keep_failure(&r, delete_element(map, &forwards[i], network));
        return r;
}

/* Removes the version if there is no forward left in its @map. From then on it counts as not there. */
static int remove_if_empty(const char *version, int map) {
        if (!is_empty(map))
                return 0;
        if (rename(pin_path(version, "").text, LOCALHOST_DIRECTORY "/" OLD_DIRECTORY) < 0)
                return negative_errno();
        return remove_pins(OLD_DIRECTORY);
}

static int delete_from_version(const char *version, const LocalhostForward *forwards, size_t length, uint64_t network) {
        CLEANUP_CLOSE int map = open_pinned(version, FORWARDS);
        int r = map < 0 ? map : delete_all(map, forwards, length, network);

        return r < 0 ? r : remove_if_empty(version, map);
}

/* What is missing for anything to be pinned there, or NULL. Where others may create directories, this one has to be root's. */
static const char *missing(void) {
        struct statfs file_system;
        struct stat directory;

        if (statfs(BPF_FILE_SYSTEM, &file_system) < 0 || file_system.f_type != BPF_FS_MAGIC)
                return "no file system of type bpf at " BPF_FILE_SYSTEM;
        if (lstat(LOCALHOST_DIRECTORY, &directory) == 0 && directory.st_uid != 0)
                return LOCALHOST_DIRECTORY " belongs to another user";
        return NULL;
}

int localhost_bpf_add(const LocalhostForward *forwards, size_t length, const char **ret_reason) {
        CLEANUP_CLOSE int map = -1;
        const char *reason = missing();
        uint64_t network;
        int r;

        if (reason) {
                *ret_reason = reason;
                return -EOPNOTSUPP;
        }
        if ((r = read_network(&network)) >= 0 && (r = map = open_pinned(VERSION_DIRECTORY, FORWARDS)) == -ENOENT)
                r = map = load();
        for (size_t i = 0; i < length && r >= 0; i++)
                r = set_element(map, &forwards[i], network);
        if (r >= 0)
                return 0;
        *ret_reason = strerror(-r);
        if (map >= 0 && delete_all(map, forwards, length, network) >= 0)
                ignore_failure(remove_if_empty(VERSION_DIRECTORY, map));
        remove_directory();
        return r;
}

int localhost_bpf_delete(const LocalhostForward *forwards, size_t length) {
        CLEANUP_CLOSEDIR DIR *directory = opendir(LOCALHOST_DIRECTORY);
        const struct dirent *entry;
        uint64_t network, version;
        int r;

        if (!directory)
                return errno == ENOENT ? 0 : log_error(negative_errno(), "Failed to open " LOCALHOST_DIRECTORY ": %m");
        if ((r = read_network(&network)) >= 0)
                r = remove_remains();
        while (r >= 0 && (errno = 0, entry = readdir(directory)))
                if (number_parse(entry->d_name, 0, UINT32_MAX, &version))
                        r = delete_from_version(entry->d_name, forwards, length, network);
        if (r >= 0)
                r = errno != 0 ? negative_errno() : 0;
        if (r < 0)
                return log_error(r, "Failed to delete forwards from " LOCALHOST_DIRECTORY ": %m");
        remove_directory();
        return 0;
}
