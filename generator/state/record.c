/* SPDX-License-Identifier: MIT */
#include "state/record.h"

#include <assert.h>
#include <stdarg.h>
#include <sys/file.h>

#include "base/file.h"
#include "base/lines.h"
#include "base/words.h"
#include "state/drop-ins.h"
#include "state/format.h"
#include "state/forwards-table.h"
#include "state/unit.h"
#include "systemd/log.h"

/* Where a file of the records is written before it takes the place of another. The records are locked meanwhile. */
#define NEW_FILE ".new"

/* A format of the directory's name: where a record is made and taken apart, and where the old one is meanwhile. */
#define OTHER_RECORD ".%s.new"

/* In the order of RecordParts. */
static const struct {
        const char *section, *file;
} parts_files[] = {
        {SECTION_CLAIMS, RECORD_CLAIMS},
        {SECTION_TMPFILES, RECORD_TMPFILES},
        {SECTION_NETWORK, RECORD_NETWORK},
        {SECTION_NFT, RECORD_NFT},
        {SECTION_LOCALHOST, RECORD_LOCALHOST},
        {SECTION_WRITTEN, RECORD_WRITTEN},
        {SECTION_SOURCES, RECORD_SOURCES},
};

#define PARTS (sizeof(parts_files) / sizeof(parts_files[0]))

_Static_assert(sizeof(RecordParts) == PARTS * sizeof(Buffer), "all parts have a file");

/* The names of containers, claims and files are file names: there is room for them. */
static RecordPath __attribute__((format(printf, 1, 2))) path_of(const char *format, ...) {
        RecordPath path;
        va_list arguments;
        int length;

        va_start(arguments, format);
        length = vsnprintf(path.text, sizeof(path.text), format, arguments);
        va_end(arguments);
        assert(length >= 0 && (size_t)length < sizeof(path.text));
        return path;
}

RecordPath record_path(const char *directory, const char *file) {
        return path_of("%s/%s", directory, file);
}

static RecordPath other_record(const char *container) {
        return path_of(OTHER_RECORD, container);
}

static RecordPath start_mark(const char *container) {
        return path_of(RECORD_START_MARK, container);
}

/* Says what has failed with @path, by errno. */
static int log_path(const char *path) {
        return log_error(negative_errno(), "Failed to access " RECORDS_DIRECTORY "/%s: %m", path);
}

int records_open(void) {
        CLEANUP_CLOSE int fd = -1;

        if (make_directory(AT_FDCWD, RECORDS_DIRECTORY, 0700) < 0 ||
                (fd = open(RECORDS_DIRECTORY, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0 || flock(fd, LOCK_EX) < 0 ||
                make_directory(fd, CLAIMS_DIRECTORY, 0755) < 0)
                return log_error(negative_errno(), "Failed to open " RECORDS_DIRECTORY ": %m");
        return take_fd(&fd);
}

/* Appends the content of a file. Returns 0 if it is not there. */
static int read_if_there(const char *path, Buffer *text) {
        int r = read_file(path, text);

        return r >= 0 ? 1 : r == -ENOENT ? 0 : log_error(r, "Failed to read %s: %m", path);
}

int record_read(const char *container, const char *file, Buffer *ret_text) {
        CLEANUP_BUFFER Buffer text = BUFFER_NULL;
        char path[sizeof(RECORDS_DIRECTORY "/") + sizeof(RecordPath)];
        int r;

        snprintf(path, sizeof(path), RECORDS_DIRECTORY "/%s", record_path(container, file).text);
        r = read_if_there(path, &text);
        if (r < 0)
                return r;
        *ret_text = text;
        text = BUFFER_NULL;
        return 0;
}

RecordParts record_parts_of(const Buffer *unit) {
        RecordParts parts;

        for (size_t i = 0; i < PARTS; i++)
                parts.all[i] = unit_section(unit, parts_files[i].section);
        forwards_table_put_before(&parts.nft);
        return parts;
}

int record_read_parts(const char *container, RecordParts *ret_parts) {
        CLEANUP_RECORD_PARTS RecordParts parts = RECORD_PARTS_NULL;

        for (size_t i = 0; i < PARTS; i++) {
                int r = record_read(container, parts_files[i].file, &parts.all[i]);

                if (r < 0)
                        return r;
        }
        *ret_parts = parts;
        parts = RECORD_PARTS_NULL;
        return 0;
}

bool record_parts_are_same(const RecordParts *a, const RecordParts *b) {
        for (size_t i = 0; i < PARTS; i++)
                if (!buffer_equals(&a->all[i], &b->all[i]))
                        return false;
        return true;
}

void record_parts_free(RecordParts *parts) {
        for (size_t i = 0; i < PARTS; i++)
                buffer_free(&parts->all[i]);
}

bool record_may_exist(const char *container) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;

        return access(arena_join(&arena, RECORDS_DIRECTORY "/", container), F_OK) == 0 || errno != ENOENT;
}

int record_exists(int records, const char *container) {
        if (faccessat(records, container, F_OK, 0) == 0)
                return 1;
        return errno == ENOENT ? 0 : log_path(container);
}

int record_has_file(int records, const char *directory, const char *file) {
        return record_exists(records, record_path(directory, file).text);
}

bool records_have_file(int records, const char *file) {
        CLEANUP_CLOSEDIR DIR *directory = open_directory(records, ".");
        const struct dirent *entry;

        while (directory && (entry = readdir(directory)))
                if (entry->d_name[0] != '.' && faccessat(records, record_path(entry->d_name, file).text, F_OK, 0) == 0)
                        return true;
        return false;
}

/* A number of few digits, and a newline. 0 if it is anything else. */
static unsigned parse_format(const Buffer *text) {
        unsigned format = 0;
        size_t i = 0;

        for (; i < text->length && text->text[i] >= '0' && text->text[i] <= '9'; i++)
                format = 10 * format + (unsigned)(text->text[i] - '0');
        return i + 1 == text->length && i <= 9 && text->text[i] == '\n' ? format : 0;
}

int record_check_format(Arena *arena, const char *path, const char **ret_unknown) {
        CLEANUP_BUFFER Buffer text = BUFFER_NULL;
        int r = read_if_there(arena_join(arena, path, "/" RECORD_FORMAT_FILE), &text);
        unsigned format = r > 0 ? parse_format(&text) : 1;

        if (r < 0)
                return r;
        *ret_unknown =
                format >= 1 && format <= RECORD_FORMAT
                        ? NULL
                        : arena_printf(arena,
                                  "started by an incompatible version of nixos-container-generator (state record "
                                  "format %u, expected %i)",
                                  format, RECORD_FORMAT);
        return 0;
}

int record_read_system(Arena *arena, const char *path, const char **ret_system) {
        CLEANUP_BUFFER Buffer text = BUFFER_NULL;
        int r = read_if_there(arena_join(arena, path, "/" RECORD_SYSTEM), &text);
        const char *end = r > 0 ? find_newline(&text, text.text) : NULL;

        if (r < 0)
                return r;
        *ret_system = end ? arena_copy(arena, text.text, (size_t)(end - text.text)) : NULL;
        return 0;
}

/* Makes the file @path, which must not be there. */
static int create_file(int records, const char *path, const Buffer *text) {
        CLEANUP_CLOSE int fd = openat(records, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
        int r = fd < 0 ? negative_errno() : write_all(fd, text->text, text->length);

        if (r >= 0)
                r = close_written(take_fd(&fd));
        return r < 0 ? log_error(r, "Failed to write " RECORDS_DIRECTORY "/%s: %m", path) : 0;
}

int record_replace_file(int records, const char *directory, const char *file, const Buffer *text) {
        const RecordPath path = record_path(directory, file);
        int r;

        (void)unlinkat(records, NEW_FILE, 0);
        r = create_file(records, NEW_FILE, text);
        if (r >= 0 && renameat(records, NEW_FILE, records, path.text) < 0)
                r = log_path(path.text);
        if (r < 0)
                (void)unlinkat(records, NEW_FILE, 0);
        return r;
}

static int remove_path(int records, const char *path) {
        return unlinkat(records, path, 0) >= 0 || errno == ENOENT ? 0 : log_path(path);
}

int record_remove_file(int records, const char *container, const char *file) {
        return remove_path(records, record_path(container, file).text);
}

int record_rename_file(int records, const char *container, const char *file, const char *new) {
        const RecordPath path = record_path(container, file);

        return renameat(records, path.text, records, record_path(container, new).text) >= 0 || errno == ENOENT
                       ? 0
                       : log_path(path.text);
}

/* Removes the directory @name, if there is one, and the files in it. It has no directories in it. */
static int remove_directory(int records, const char *name) {
        CLEANUP_CLOSEDIR DIR *directory = open_directory(records, name);
        const struct dirent *entry;

        if (!directory)
                return errno == ENOENT ? 0 : log_path(name);
        while ((entry = readdir(directory)))
                if (!is_one_of(entry->d_name, ".", ".."))
                        (void)unlinkat(dirfd(directory), entry->d_name, 0);
        return unlinkat(records, name, AT_REMOVEDIR) < 0 ? log_path(name) : 0;
}

/* Makes an empty file, if it is not there. */
static int make_mark(int records, const char *path) {
        return faccessat(records, path, F_OK, 0) == 0 ? 0 : create_file(records, path, &BUFFER_NULL);
}

int record_mark(int records, const char *container, const char *mark) {
        return make_mark(records, record_path(container, mark).text);
}

static int note_drop_ins(int records, const char *name, const char *container) {
        CLEANUP_BUFFER Buffer text = BUFFER_NULL;

        drop_ins_read("", container, &text);
        return create_file(records, record_path(name, RECORD_DROP_INS).text, &text);
}

/* Writes the record of the container with its @unit into the directory @name, which is empty. */
static int fill_record(int records, const char *name, const char *container, const Buffer *unit) {
        CLEANUP_RECORD_PARTS RecordParts parts = record_parts_of(unit);
        CLEANUP_BUFFER Buffer manifest = unit_manifest(unit);
        char format[16];
        const Buffer version = {
                .text = format, .length = (size_t)snprintf(format, sizeof(format), "%i\n", RECORD_FORMAT)};
        int r;

        if ((r = create_file(records, record_path(name, RECORD_FORMAT_FILE).text, &version)) < 0 ||
                (r = create_file(records, record_path(name, RECORD_UNIT).text, unit)) < 0)
                return r;
        r = create_file(records, record_path(name, RECORD_MANIFEST).text, &manifest);
        if (r >= 0)
                r = note_drop_ins(records, name, container);
        for (size_t i = 0; i < PARTS && r >= 0; i++)
                if (parts.all[i].length > 0)
                        r = create_file(records, record_path(name, parts_files[i].file).text, &parts.all[i]);
        return r;
}

int record_write(int records, const char *container, const Buffer *unit, bool unfinished) {
        const RecordPath other = other_record(container);
        int has_one = record_exists(records, container), r;

        if (has_one < 0)
                return has_one;
        r = remove_directory(records, other.text);
        if (r < 0)
                return r;
        if (mkdirat(records, other.text, 0755) < 0)
                return log_path(other.text);
        r = fill_record(records, other.text, container, unit);
        if (r >= 0 && unfinished)
                r = record_mark(records, other.text, RECORD_UNFINISHED);
        if (r >= 0 && renameat2(records, other.text, records, container, has_one ? RENAME_EXCHANGE : 0) < 0)
                r = log_path(container);
        if (r < 0)
                ignore_failure(remove_directory(records, other.text));
        return r;
}

int record_take_back(int records, const char *container) {
        const RecordPath other = other_record(container);
        int r = record_mark(records, other.text, RECORD_UNFINISHED);

        if (renameat2(records, other.text, records, container, RENAME_EXCHANGE) < 0)
                r = log_path(container);
        ignore_failure(remove_directory(records, other.text));
        return r;
}

int record_drop_other(int records, const char *container) {
        return remove_directory(records, other_record(container).text);
}

int record_delete(int records, const char *container) {
        const RecordPath other = other_record(container);

        return renameat(records, container, records, other.text) < 0 ? log_path(container)
                                                                     : remove_directory(records, other.text);
}

int record_set_system(const char *container, const char *system) {
        CLEANUP_CLOSE int records = records_open();
        CLEANUP_BUFFER Buffer text = BUFFER_NULL;

        buffer_append(&text, system, strlen(system));
        buffer_append(&text, "\n", 1);
        return records < 0 ? records : record_replace_file(records, container, RECORD_SYSTEM, &text);
}

int record_mark_start(const char *container) {
        CLEANUP_CLOSE int records = records_open();

        return records < 0 ? records : make_mark(records, start_mark(container).text);
}

void record_clear_start(int records, const char *container) {
        (void)unlinkat(records, start_mark(container).text, 0);
}

int record_mark_other(const char *container) {
        CLEANUP_CLOSE int records = records_open();

        return records < 0 ? records : make_mark(records, path_of(RECORD_OTHER_MARK, container).text);
}

void record_clear_others(void) {
        CLEANUP_CLOSEDIR DIR *directory = opendir(RECORDS_DIRECTORY);
        const char *end = &RECORD_OTHER_MARK[strlen(".%s")];
        const struct dirent *entry;

        while (directory && (entry = readdir(directory))) {
                size_t length = strlen(entry->d_name);

                if (entry->d_name[0] == '.' && length > strlen(end) &&
                        strcmp(entry->d_name + length - strlen(end), end) == 0)
                        (void)unlinkat(dirfd(directory), entry->d_name, 0);
        }
}

/* Finds what an interrupted update has left among the records: a file, or a record beside the one that counts. */
static bool find_left_over(int records, char ret_name[static NAME_MAX + 1]) {
        CLEANUP_CLOSEDIR DIR *directory = open_directory(records, ".");
        const struct dirent *entry;

        while (directory && (entry = readdir(directory))) {
                size_t length = strlen(entry->d_name), end = sizeof(NEW_FILE) - 1;

                if (length < end || strcmp(entry->d_name + length - end, NEW_FILE) != 0)
                        continue;
                /* Of ".NAME.new", the name. */
                snprintf(ret_name, NAME_MAX + 1, "%.*s", length > end ? (int)(length - end - 1) : 0, entry->d_name + 1);
                if (length > end && (entry->d_name[0] != '.' || faccessat(records, ret_name, F_OK, 0) < 0))
                        continue;
                snprintf(ret_name, NAME_MAX + 1, "%s", entry->d_name);
                return true;
        }
        return false;
}

void records_clean(void) {
        CLEANUP_CLOSE int looking = open(RECORDS_DIRECTORY, O_RDONLY | O_DIRECTORY | O_CLOEXEC), records = -1;
        char name[NAME_MAX + 1];
        int r = 0;

        /* Or it is about to be finished. */
        if (looking >= 0 && find_left_over(looking, name))
                records = records_open();
        while (records >= 0 && r >= 0 && find_left_over(records, name))
                r = strcmp(name, NEW_FILE) == 0 ? remove_path(records, name) : remove_directory(records, name);
}
