/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>

#include "manifest/entry.h"
#include "reading.h"
#include "switch/compare.h"

/* A manifest in a file that can be changed behind its reader's back. */
typedef struct File {
        Reading reading;
        Window window;
        Buffer entry;
        int fd;
} File;

static void file_init(File *file, const char *text) {
        char path[64];

        *file = (File){.window = WINDOW_NULL, .entry = BUFFER_NULL, .fd = memfd_create("manifest", MFD_CLOEXEC)};
        reading_init(&file->reading);
        assert_int_equal(write(file->fd, text, strlen(text)), strlen(text));
        snprintf(path, sizeof(path), "/proc/self/fd/%i", file->fd);
        manifest_read(&file->reading.manifest, path, "m.yaml");
        assert_string_equal(reading_said(&file->reading), "");
        assert_int_equal(file->reading.manifest.length, 1);
}

static void file_free(File *file) {
        buffer_free(&file->window.text);
        buffer_free(&file->entry);
        reading_free(&file->reading);
        close(file->fd);
}

static const Container *container_of(const File *file) {
        return file->reading.manifest.containers[0];
}

static void an_entry_is_recorded_if_its_record_has_it_to_the_byte(void **state) {
#define HEAD "# Of m.yaml.\n# Its entry there.\nversion: 1\ncontainers:\n \"web\":\n"
        static const struct {
                const char *manifest, *record;
                bool same;
        } cases[] = {
                {"version: 1\ncontainers:\n  web:\n    system: /a\n    tmpfs: [/b]\n\n",
                        HEAD "    system: /a\n    tmpfs: [/b]\n", true},
                {"version: 1\ncontainers:\n  web:\n    system: /a\r\n    tmpfs: [/b]\r    # end\n",
                        HEAD "    system: /a\n    tmpfs: [/b]\n    # end\n", true},
                {"version: 1\ncontainers:\n  web:\n    system: /a\r", HEAD "    system: /a\n", true},
                {"version: 1\ncontainers: {web: {system: /a}}", HEAD "  {system: /a}\n", true},
                {"version: 1\ncontainers: {web: {system: /a}}", HEAD " {system: /a}\n", false},
                {"version: 1\ncontainers: {web: {system: /a}}", HEAD "  {system: /b}\n", false},
                {"version: 1\ncontainers: {web: {system: /a}}", HEAD "  {system: /a}", false},
                {"version: 1\ncontainers: {web: {system: /a}}", HEAD "  {system: /a} \n", false},
                {"version: 1\ncontainers: {web: {system: /a}}", HEAD "  {system: /a}\nmore\n", false},
                {"version: 1\ncontainers: {web2: {system: /a}}", HEAD "  {system: /a}\n", false},
                {"version: 1\ncontainers: {we: {system: /a}}", HEAD "  {system: /a}\n", false},
                {"version: 1\ncontainers: {web: {system: /a}}", "version: 1\ncontainers:\n  \"web\":\n  {system: /a}\n",
                        false},
                {"version: 1\ncontainers: {web: {system: /a}}", "# nothing but this\n", false},
                {"version: 1\ncontainers: {web: {system: /a}}", "", false},
        };
#undef HEAD

        (void)state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                Buffer record = BUFFER_NULL;
                File file;

                file_init(&file, cases[i].manifest);
                buffer_append(&record, cases[i].record, strlen(cases[i].record));
                assert_int_equal(entry_read(container_of(&file), &file.window, &file.entry), 0);
                if (entry_is_recorded(container_of(&file), &file.entry, &record) != cases[i].same)
                        fail_msg("%s\n%s", cases[i].manifest, cases[i].record);
                buffer_free(&record);
                file_free(&file);
        }
}

static void an_entry_of_a_file_that_was_cut_meanwhile_cannot_be_read(void **state) {
        File file;

        (void)state;
        file_init(&file, "version: 1\ncontainers: {web: {system: /a}}");
        assert_int_equal(ftruncate(file.fd, 35), 0);
        assert_int_equal(entry_read(container_of(&file), &file.window, &file.entry), -ENODATA);
        file_free(&file);
}

static void an_entry_of_which_nothing_is_there_any_more_is_recorded_nowhere(void **state) {
        static const char head[] = "version: 1\ncontainers:\n \"web\":\n  ";
        Buffer record = BUFFER_NULL;
        char empty[64];
        File file;

        (void)state;
        memset(empty, '\n', sizeof(empty));
        file_init(&file, "version: 1\ncontainers: {web: {system: /a}}");
        assert_int_equal(pwrite(file.fd, empty, sizeof(empty), 0), sizeof(empty));
        buffer_append(&record, head, sizeof(head) - 1);
        assert_int_equal(entry_read(container_of(&file), &file.window, &file.entry), 0);
        assert_int_equal(file.entry.length, 0);
        assert_int_equal(entry_column(container_of(&file), &file.entry), container_of(&file)->entry.column);
        assert_false(entry_is_recorded(container_of(&file), &file.entry, &record));
        buffer_free(&record);
        file_free(&file);
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(an_entry_is_recorded_if_its_record_has_it_to_the_byte),
                cmocka_unit_test(an_entry_of_a_file_that_was_cut_meanwhile_cannot_be_read),
                cmocka_unit_test(an_entry_of_which_nothing_is_there_any_more_is_recorded_nowhere),
        };

        return cmocka_run_group_tests_name("entry", tests, NULL, NULL);
}
