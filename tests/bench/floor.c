/* SPDX-License-Identifier: MIT */
/* floor MANIFEST PACKED DIRECTORY: the least that a generator of this kind can cost. It parses MANIFEST with libyaml,
 * whose events it throws away, and writes the files that are in PACKED below DIRECTORY, by the same system calls as the
 * generator.
 *
 * floor --pack DIRECTORY: prints such a packed file of the files of DIRECTORY whose paths below it are on standard
 * input, one a line and in this order.
 *
 * A packed file holds for each file a PackedFile, its path and its content. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <yaml.h>

typedef struct PackedFile {
        uint32_t path_length; /* with the NUL behind it */
        uint32_t content_length;
} PackedFile;

typedef struct Mapped {
        const char *start;
        size_t length;
} Mapped;

static __attribute__((noreturn)) void fail(const char *what, const char *why) {
        fprintf(stderr, "floor: %s: %s\n", what, why);
        exit(EXIT_FAILURE);
}

static Mapped map_file(int directory, const char *path) {
        int fd = openat(directory, path, O_RDONLY | O_CLOEXEC);
        struct stat status;
        Mapped mapped;

        if (fd < 0 || fstat(fd, &status) < 0)
                fail(path, strerror(errno));
        mapped.length = (size_t)status.st_size;
        mapped.start = mmap(NULL, mapped.length, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
        if (mapped.start == MAP_FAILED)
                fail(path, strerror(errno));
        close(fd);
        return mapped;
}

static int open_directory(int directory, const char *path) {
        int fd = openat(directory, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        if (fd < 0)
                fail(path, strerror(errno));
        return fd;
}

static void parse(const char *path) {
        Mapped manifest = map_file(AT_FDCWD, path);
        yaml_parser_t parser;
        yaml_event_t event;
        bool more = true;

        if (!yaml_parser_initialize(&parser))
                fail(path, "not enough memory");
        yaml_parser_set_input_string(&parser, (const unsigned char *)manifest.start, manifest.length);
        while (more) {
                if (!yaml_parser_parse(&parser, &event))
                        fail(path, parser.problem ? parser.problem : "it cannot be read");
                more = event.type != YAML_STREAM_END_EVENT;
                yaml_event_delete(&event);
        }
        yaml_parser_delete(&parser);
}

static void write_file(int directory, const char *name, const char *content, size_t length) {
        int fd = openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);

        if (fd < 0 || write(fd, content, length) != (ssize_t)length || close(fd) < 0)
                fail(name, strerror(errno));
}

static void write_files(const char *packed_path, const char *directory_path) {
        Mapped packed = map_file(AT_FDCWD, packed_path);
        const char *next = packed.start, *end = packed.start + packed.length;
        int directory = open_directory(AT_FDCWD, directory_path), subdirectory = -1;
        char opened[256] = ""; /* the name of @subdirectory */

        while (next < end) {
                const char *path, *slash, *content;
                PackedFile file;

                memcpy(&file, next, sizeof(file));
                path = next + sizeof(file);
                content = path + file.path_length;
                next = content + file.content_length;
                slash = strchr(path, '/');
                if (!slash) {
                        write_file(directory, path, content, file.content_length);
                        continue;
                }
                if (strncmp(opened, path, (size_t)(slash - path)) != 0 || opened[slash - path] != '\0') {
                        if (subdirectory >= 0)
                                close(subdirectory);
                        snprintf(opened, sizeof(opened), "%.*s", (int)(slash - path), path);
                        if (mkdirat(directory, opened, 0755) < 0 && errno != EEXIST)
                                fail(opened, strerror(errno));
                        subdirectory = open_directory(directory, opened);
                }
                write_file(subdirectory, slash + 1, content, file.content_length);
        }
}

static void pack(const char *directory_path) {
        int directory = open_directory(AT_FDCWD, directory_path);
        char *path = NULL;
        size_t capacity = 0;
        ssize_t length;

        while ((length = getline(&path, &capacity, stdin)) > 0) {
                Mapped content;
                PackedFile file;

                path[length - 1] = '\0'; /* the newline */
                content = map_file(directory, path);
                file = (PackedFile){(uint32_t)length, (uint32_t)content.length};
                fwrite(&file, sizeof(file), 1, stdout);
                fwrite(path, file.path_length, 1, stdout);
                fwrite(content.start, content.length, 1, stdout);
                munmap((void *)(uintptr_t)content.start, content.length);
        }
        free(path);
        if (fflush(stdout) != 0 || ferror(stdout))
                fail("standard output", strerror(errno));
}

int main(int argc, char *argv[]) {
        if (argc == 3 && strcmp(argv[1], "--pack") == 0) {
                pack(argv[2]);
        } else if (argc == 4) {
                parse(argv[1]);
                write_files(argv[2], argv[3]);
        } else {
                fail("usage", "floor MANIFEST PACKED DIRECTORY, or floor --pack DIRECTORY");
        }
        return EXIT_SUCCESS;
}
