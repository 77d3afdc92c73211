/* SPDX-License-Identifier: MIT */
/* The whole program as systemd runs it: from the files of a host to those in the directory that it is given. Whatever the host's are:
 *
 * - it does not crash, leaks neither memory nor files, and ends
 * - each file is one that its templates make (shape.h), or the unit of a record, byte for byte
 * - nothing is written but in the first of its directories, and nothing there is anything but a file or a directory of files
 * - the same files on the host give the same again, and the same is said of them
 * - if it fails, it says why
 *
 * An input has the host's files one behind the other, each behind a line "=== PATH" (with a "/" at the end: an empty directory). What is in
 * front of the first is a manifest. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <getopt.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/file.h"
#include "manifest/model.h"
#include "shape.h"
#include "state/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);
int generator_main(int argc, char *argv[]);

/* A name that has to be escaped. */
#define NORMAL "normal \"%%n\\"
#define DEPTH_MAX 8

/* There is a way up from the host that leads to nothing of value. */
static char *base;
static const char *host, *normal;
static Arena kept;    /* texts that stay valid */
static Arena scratch; /* texts that are valid for one input */

static __attribute__((noreturn)) void fail(const char *what, const char *text, size_t length) {
        fprintf(stderr, "%s: %.*s\n", what, (int)length, text);
        abort();
}

static void must(bool done, const char *what) {
        if (!done)
                fail(strerror(errno), what, strlen(what));
}

static int remove_file(const char *path, const struct stat *status, int type, struct FTW *place) {
        (void)status, (void)type, (void)place;
        return remove(path);
}

static void remove_tree(const char *path) {
        must(nftw(path, remove_file, 8, FTW_DEPTH | FTW_PHYS) == 0, path);
}

static void clean_up(void) {
        remove_tree(base);
}

static const char *add_directory(const char *name) {
        const char *path = arena_printf(&kept, "%s/%s", base, name);

        must(mkdir(path, 0755) == 0, path);
        return path;
}

static void start(void) {
        const char *directory = getenv("TMPDIR");

        /* It stays there if the program ends early. */
        base = arena_printf(&kept, "%s/host.XXXXXX", directory ? directory : "/dev/shm");
        must(mkdtemp(base), base);
        atexit(clean_up);
        (void)add_directory("a");
        (void)add_directory("a/b");
        (void)add_directory("early");
        (void)add_directory("late");
        host = arena_printf(&kept, "%s/a/b/host", base);
        normal = arena_printf(&kept, "%s/" NORMAL, base);
        unsetenv("SYSTEMD_IN_INITRD");
        unsetenv("SYSTEMD_EXEC_PID");
}

/* Names of records are those of containers: the directory is one that only programs of this project write to. */
static bool is_path(const char *path) {
        static const char records[] = RECORDS_DIRECTORY "/";
        static const char name[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-/";
        int depth = 0;

        for (const char *part = path; *part; depth++) {
                size_t n = strcspn(part, "/");

                if (n == 0 || n > NAME_MAX || strncmp(part, ".", n) == 0 || strncmp(part, "..", n) == 0)
                        return false;
                part += n + (part[n] == '/');
        }
        return depth > 0 && depth <= DEPTH_MAX &&
               (strncmp(path, records + 1, strlen(records) - 1) != 0 ||
                       strspn(path + strlen(records) - 1, name) == strlen(path) - (strlen(records) - 1));
}

/* What cannot be made, because another file is in its way, is left out. */
static void make_file(const char *path, const char *text, size_t length) {
        char *whole = arena_printf(&scratch, "%s/%s", host, path);
        int fd;

        if (!is_path(path))
                return;
        for (char *slash = whole + strlen(host); (slash = strchr(slash + 1, '/'));) {
                *slash = '\0';
                (void)mkdir(whole, 0755);
                *slash = '/';
        }
        fd = open(whole, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
        if (fd >= 0) {
                must(write_all(fd, text, length) >= 0, whole);
                close(fd);
        }
}

/* The next line "=== PATH", or @end. */
static const char *next_file(const char *text, const char *end) {
        for (const char *newline; end - text > 4; text = newline + 1) {
                if (memcmp(text, "=== ", 4) == 0)
                        return text;
                newline = memchr(text, '\n', (size_t)(end - text));
                if (!newline)
                        break;
        }
        return end;
}

static void make_host(const char *text, const char *end) {
        const char *next = next_file(text, end);

        must(mkdir(host, 0755) == 0, host);
        if (next > text)
                make_file(&(MANIFESTS_DIRECTORY "/m.yaml")[1], text, (size_t)(next - text));
        while (next < end) {
                const char *newline = memchr(next, '\n', (size_t)(end - next));
                const char *path;

                newline = newline ? newline : end;
                path = arena_copy(&scratch, next + 4, (size_t)(newline - next - 4));
                text = newline < end ? newline + 1 : end;
                next = next_file(text, end);
                make_file(path, text, (size_t)(next - text));
        }
}

/* Appends what is in a directory, and what these files are, but for the directory @but. */
static void append_tree(Buffer *buffer, const char *directory, const char *but) {
        struct dirent **entries;
        int n = scandir(directory, &entries, NULL, alphasort);

        must(n >= 0, directory);
        for (int i = 0; i < n; i++) {
                const char *path = arena_printf(&scratch, "%s/%s", directory, entries[i]->d_name), *line;
                struct stat status;

                if (strcmp(entries[i]->d_name, ".") != 0 && strcmp(entries[i]->d_name, "..") != 0 &&
                        strcmp(path, but) != 0) {
                        must(lstat(path, &status) == 0, path);
                        line = arena_printf(&scratch, "%s %o %zu\n", path, status.st_mode,
                                S_ISDIR(status.st_mode) ? 0 : (size_t)status.st_size);
                        buffer_append(buffer, line, strlen(line));
                        if (S_ISREG(status.st_mode))
                                must(read_file(path, buffer) >= 0, path);
                        if (S_ISDIR(status.st_mode))
                                append_tree(buffer, path, but);
                }
                free(entries[i]);
        }
        free(entries);
}

static void expect_equal(const char *what, const Buffer *a, const Buffer *b) {
        if (a->length != b->length || (a->length > 0 && memcmp(a->text, b->text, a->length) != 0)) {
                fprintf(stderr, "%.*s\n", (int)a->length, a->text);
                fail(what, b->text, b->length);
        }
}

static bool is_directory(const char *path) {
        struct stat status;

        return lstat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static void append_sections(Buffer *unit, const char *name) {
        Buffer sections = BUFFER_NULL;

        if (read_file(arena_printf(&scratch, "%s/" SECTIONS_FILE, normal), &sections) >= 0)
                shape_append_sections(unit, name, &sections);
        buffer_free(&sections);
}

static void check_file(const char *subdirectory, const char *name) {
        const char *path = arena_printf(&scratch, "%s/%s/%s", normal, subdirectory, name), *wrong;
        Buffer text = BUFFER_NULL;
        struct stat status;

        must(lstat(path, &status) == 0, path);
        if (!S_ISREG(status.st_mode) || (status.st_mode & 07777) != 0644)
                fail("not a file that all can read", path, strlen(path));
        must(read_file(path, &text) >= 0, path);
        if (!*subdirectory &&
                (access(arena_printf(&scratch, "%s/%s.d/" RETIRED_DROP_IN, normal, name), F_OK) == 0 ||
                        access(arena_printf(&scratch, "%s/%s.d/" BROKEN_DROP_IN, normal, name), F_OK) == 0)) {
                Buffer expected = BUFFER_NULL;

                /* "container@NAME.service" */
                path = arena_printf(&scratch, "%s" RECORDS_DIRECTORY "/%.*s/" RECORD_UNIT, host,
                        (int)(strlen(name) - 18), name + 10);
                must(read_file(path, &expected) >= 0, path);
                expect_equal("not what the record has", &expected, &text);
                buffer_free(&expected);
        } else {
                if (!*subdirectory)
                        append_sections(&text, name);
                wrong = shape_check(subdirectory, name, text.length > 0 ? text.text : "", text.length, normal);
                if (wrong) {
                        fprintf(stderr, "%s: %s\n", name, wrong);
                        fail("not made of its templates", text.text, text.length);
                }
        }
        buffer_free(&text);
}

static void check_files(const char *directory, const char *subdirectory) {
        struct dirent **entries;
        int n = scandir(directory, &entries, NULL, alphasort);

        must(n >= 0, directory);
        for (int i = 0; i < n; i++) {
                const char *name = entries[i]->d_name;
                const char *path = arena_printf(&scratch, "%s/%s", directory, name);

                if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
                        ;
                else if (!*subdirectory && is_directory(path))
                        check_files(path, name);
                else
                        check_file(subdirectory, name);
                free(entries[i]);
        }
        free(entries);
}

static int count_open_files(void) {
        struct dirent **entries;
        int n = scandir("/proc/self/fd", &entries, NULL, NULL);

        must(n >= 0, "/proc/self/fd");
        for (int i = 0; i < n; i++)
                free(entries[i]);
        free(entries);
        return n;
}

/* Runs the generator. Appends what it says to @said, and all that it writes to @written. */
static int generate(Buffer *said, Buffer *written) {
        char *arguments[] = {"nixos-container-generator", arena_printf(&scratch, "--root=%s", host),
                arena_printf(&scratch, "%s", normal), arena_printf(&scratch, "%s/early", base),
                arena_printf(&scratch, "%s/late", base), NULL};
        FILE *old = stderr;
        char *text = NULL;
        size_t length = 0;
        int open_files = count_open_files(), status;

        must(mkdir(normal, 0755) == 0, normal);
        stderr = open_memstream(&text, &length);
        optind = 0;
        status = generator_main(5, arguments);
        fclose(stderr);
        stderr = old;
        if (count_open_files() != open_files)
                fail("a file that is left open", "", 0);
        buffer_append(said, text, length);
        free(text);
        append_tree(written, normal, "");
        return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
        const char *text = (const char *)bytes;
        Buffer before = BUFFER_NULL, after = BUFFER_NULL, said[2] = {{0}, {0}}, written[2] = {{0}, {0}};
        int status[2];

        if (!host)
                start();
        make_host(text, text + length);
        append_tree(&before, base, normal);
        for (int i = 0; i < 2; i++) {
                status[i] = generate(&said[i], &written[i]);
                if (i == 0)
                        check_files(normal, "");
                remove_tree(normal);
        }
        append_tree(&after, base, normal);
        expect_equal("something else was written", &before, &after);
        expect_equal("something else the second time", &written[0], &written[1]);
        expect_equal("something else is said the second time", &said[0], &said[1]);
        if (status[0] != status[1] || (status[0] != 0 && said[0].length == 0))
                fail("it fails and does not say why", "", 0);
        remove_tree(host);
        buffer_free(&before);
        buffer_free(&after);
        arena_reset(&scratch);
        for (int i = 0; i < 2; i++) {
                buffer_free(&said[i]);
                buffer_free(&written[i]);
        }
        return 0;
}
