/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/stat.h>

#include "records.h"
#include "state/secrets.h"

static SecretKey key = {{1, 2, 3}};

/* Whether the content at @path is hashed. */
static bool is_noted(const char *path) {
        Buffer secrets = BUFFER_NULL;
        bool noted;

        secret_append(&secrets, &key, path);
        noted = secrets.length > 0;
        buffer_free(&secrets);
        return noted;
}

/* Whether the only line of @secrets says that something has changed. */
static bool has_changed(const Buffer *secrets, const char *path) {
        Arena arena = ARENA_NULL;
        const char *found;
        bool changed;

        assert_int_equal(secrets->text[secrets->length - 1], '\n');
        changed = secret_has_changed(&arena, &key, "", secrets->text, secrets->text + secrets->length - 1, &found);
        assert_string_equal(found, path);
        arena_free(&arena);
        return changed;
}

static void the_key_is_that_of_the_boot_and_random(void **state) {
        SecretKey first, second;

        (void)state;
        assert_false(secret_key_read(RECORDS_DIRECTORY, &first));
        assert_return_code(secret_key_make(&first), 0);
        assert_return_code(secret_key_make(&second), 0);
        assert_memory_equal(&first, &second, sizeof(first));
        assert_true(secret_key_read(RECORDS_DIRECTORY, &second));
        assert_memory_equal(&first, &second, sizeof(first));
        assert_return_code(unlink(at(SECRETS_KEY_FILE)), errno);
        assert_return_code(secret_key_make(&second), 0);
        assert_memory_not_equal(&first, &second, sizeof(first));
        /* One that is too short or too long is none. */
        write_text(at(SECRETS_KEY_FILE), "short");
        assert_false(secret_key_read(RECORDS_DIRECTORY, &first));
        write_text(at(SECRETS_KEY_FILE), "seventeen letters");
        assert_false(secret_key_read(RECORDS_DIRECTORY, &first));
}

static void a_file_has_changed_if_its_content_has(void **state) {
        Buffer secrets = BUFFER_NULL;

        (void)state;
        write_text("/run/a", "one");
        secret_append(&secrets, &key, "/run/a");
        secret_append(&secrets, &key, "/run/a");
        assert_false(has_changed(&secrets, "/run/a"));
        write_text("/run/a", "two");
        assert_true(has_changed(&secrets, "/run/a"));
        /* Also if it is too much for a secret by now. */
        assert_return_code(truncate("/run/a", SECRET_SIZE_MAX + 1), errno);
        assert_true(has_changed(&secrets, "/run/a"));
        /* What is in another file of the same content is the same. */
        assert_return_code(unlink("/run/a"), errno);
        assert_false(has_changed(&secrets, "/run/a"));
        write_text("/run/a", "one");
        assert_false(has_changed(&secrets, "/run/a"));
        secret_drop(&secrets, "/run/b");
        assert_int_not_equal(secrets.length, 0);
        secret_drop(&secrets, "/run/a");
        assert_int_equal(secrets.length, 0);
        buffer_free(&secrets);
}

static void a_directory_behind_a_link_has_changed_if_anything_in_it_has(void **state) {
        static const char *const changes[] = {"/run/d/b/c", "/run/d/new"};
        Buffer secrets = BUFFER_NULL;

        (void)state;
        assert_return_code(mkdir("/run/d", 0755), errno);
        assert_return_code(mkdir("/run/d/b", 0755), errno);
        write_text("/run/d/b/c", "one");
        assert_return_code(symlink("b/c", "/run/d/link"), errno);
        assert_return_code(symlink("/run/d", "/run/l"), errno);
        assert_false(is_noted("/run/d"));
        secret_append(&secrets, &key, "/run/l");
        assert_false(has_changed(&secrets, "/run/l"));
        for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
                write_text(changes[i], "two");
                assert_true(has_changed(&secrets, "/run/l"));
                secret_drop(&secrets, "/run/l");
                secret_append(&secrets, &key, "/run/l");
                assert_false(has_changed(&secrets, "/run/l"));
        }
        assert_return_code(unlink("/run/d/link"), errno);
        assert_true(has_changed(&secrets, "/run/l"));
        buffer_free(&secrets);

        /* Or if it is another one: the one before may be deleted. */
        assert_return_code(mkdir("/run/e", 0755), errno);
        assert_return_code(mkdir("/run/f", 0755), errno);
        assert_return_code(symlink("/run/e", "/run/m"), errno);
        secret_append(&secrets, &key, "/run/m");
        assert_false(has_changed(&secrets, "/run/m"));
        assert_return_code(unlink("/run/m"), errno);
        assert_return_code(symlink("/run/f", "/run/m"), errno);
        assert_true(has_changed(&secrets, "/run/m"));
        buffer_free(&secrets);
}

static void what_is_no_secret_is_not_noted(void **state) {
        (void)state;
        assert_false(is_noted("/run/missing"));
        assert_return_code(mkfifo("/run/fifo", 0644), errno);
        assert_false(is_noted("/run/fifo"));
        assert_false(is_noted("/dev/null"));
        write_text("/run/large", "");
        assert_return_code(truncate("/run/large", SECRET_SIZE_MAX + 1), errno);
        assert_false(is_noted("/run/large"));
        write_text("/run/new\nline", "");
        assert_false(is_noted("/run/new\nline"));
        write_text("/run/empty", "");
        assert_true(is_noted("/run/empty"));
}

/* Of a record that somebody else has written. */
static void a_line_that_is_none_is_passed_over(void **state) {
        static const char *const lines[] = {
                "", "/run/a", "0123456789abcdef", "0123456789abcdef ", "0123456789abcdef a"};

        (void)state;
        for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
                Arena arena = ARENA_NULL;
                char *line = strdup(lines[i]);
                const char *path;

                assert_false(secret_has_changed(&arena, &key, "", line, line + strlen(line), &path));
                assert_null(path);
                free(line);
                arena_free(&arena);
        }
}

int main(void) {
#define TEST(function) cmocka_unit_test_setup(function, start_test)
        static const struct CMUnitTest tests[] = {
                TEST(the_key_is_that_of_the_boot_and_random),
                TEST(a_file_has_changed_if_its_content_has),
                TEST(a_directory_behind_a_link_has_changed_if_anything_in_it_has),
                TEST(what_is_no_secret_is_not_noted),
                TEST(a_line_that_is_none_is_passed_over),
        };

        return own_run("secrets") ? cmocka_run_group_tests_name("secrets", tests, NULL, NULL) : 0;
}
