/* SPDX-License-Identifier: MIT */
#include "own-run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/generations.h"

#define DIRECTORY "/run/profiles"
#define PROFILE DIRECTORY "/system"

static int start_test(void **state) {
        (void)state;
        return own_directory("/run") ? mkdir(DIRECTORY, 0755) : -1;
}

static int end_test(void **state) {
        (void)state;
        return umount2("/run", MNT_DETACH);
}

static void link_to(const char *target, const char *name) {
        char path[256];

        snprintf(path, sizeof(path), DIRECTORY "/%s", name);
        assert_return_code(symlink(target, path), errno);
}

/* The generations as text, "1:/nix/store/a 2:/nix/store/b*", where the current one has an asterisk. */
static const char *generations(void) {
        static char text[1024];
        Arena arena = ARENA_NULL;
        Generations found = GENERATIONS_NULL;
        size_t length = 0;

        assert_return_code(generations_read(&arena, PROFILE, &found), errno);
        text[0] = '\0';
        for (size_t i = 0; i < found.length; i++)
                length += (size_t)snprintf(text + length, sizeof(text) - length, "%s%u:%s%s", i > 0 ? " " : "",
                        found.items[i].number, found.items[i].system + strlen("/nix/store/"),
                        found.items[i].number == found.current ? "*" : "");
        generations_free(&found);
        arena_free(&arena);
        return text;
}

static void add(const char *system, unsigned number, bool is_new) {
        unsigned found = 0;
        bool added = false;

        assert_return_code(generations_add(PROFILE, system, &found, &added), errno);
        assert_int_equal(found, number);
        assert_int_equal(added, is_new);
        assert_return_code(generations_set(PROFILE, number), errno);
}

static void they_are_in_the_order_of_their_numbers(void **state) {
        (void)state;
        link_to("/nix/store/c", "system-10-link");
        link_to("/nix/store/b", "system-9-link");
        link_to("system-9-link", "system");
        /* None of these is one. */
        link_to("/nix/store/x", "system-0-link");
        link_to("/nix/store/x", "system-01-link");
        link_to("/nix/store/x", "system-1-links");
        link_to("/nix/store/x", "system-4294967297-link");
        link_to("/nix/store/x", "system--2-link");
        link_to("/nix/store/x", "other-3-link");
        link_to("/srv", "system-4-link");
        assert_string_equal(generations(), "9:b* 10:c");
}

static void the_last_system_is_not_added_again(void **state) {
        (void)state;
        assert_string_equal(generations(), "");
        add("/nix/store/a", 1, true);
        add("/nix/store/b", 2, true);
        add("/nix/store/b", 2, false);
        add("/nix/store/a", 3, true);
        assert_return_code(generations_set(PROFILE, 1), errno);
        assert_string_equal(generations(), "1:a* 2:b 3:a");
        /* A link that is none of them is in the way. */
        link_to("/srv", "system-4-link");
        add("/nix/store/b", 5, true);
        assert_string_equal(generations(), "1:a 2:b 3:a 5:b*");
}

static void what_earlier_versions_had_gets_numbers(void **state) {
        (void)state;
        link_to("/nix/store/b", "system");
        link_to("/nix/store/a", "system.before");
        assert_return_code(generations_adopt(PROFILE, "/nix/store/b"), errno);
        assert_string_equal(generations(), "1:a 2:b*");
        assert_int_equal(access(DIRECTORY "/system.before", F_OK), -1);
        assert_return_code(generations_adopt(PROFILE, "/nix/store/b"), errno);
        assert_string_equal(generations(), "1:a 2:b*");
        /* The profile leads elsewhere than what is declared. */
        assert_return_code(generations_adopt(PROFILE, "/nix/store/a"), errno);
        assert_string_equal(generations(), "1:a* 2:b");
        assert_return_code(generations_adopt(PROFILE, "/nix/store/c"), errno);
        assert_string_equal(generations(), "1:a 2:b 3:c*");
}

static void the_current_one_and_the_one_before_are_kept(void **state) {
        Arena arena = ARENA_NULL;
        Generations found = GENERATIONS_NULL;

        (void)state;
        for (unsigned i = 1; i <= 6; i++)
                add(i % 2 ? "/nix/store/a" : "/nix/store/b", i, true);
        generations_clean(PROFILE, 10, 5);
        assert_string_equal(generations(), "1:a 2:b 3:a 4:b 5:a 6:b*");
        generations_clean(PROFILE, 5, 5);
        assert_string_equal(generations(), "2:b 3:a 4:b 5:a 6:b*");
        assert_return_code(generations_set(PROFILE, 3), errno);
        assert_return_code(generations_read(&arena, PROFILE, &found), errno);
        assert_int_equal(generations_before(&found)->number, 2);
        assert_null(generations_find(&found, 1));
        generations_free(&found);
        arena_free(&arena);
        generations_clean(PROFILE, 1, 2);
        assert_string_equal(generations(), "2:b 3:a* 6:b");
        generations_clean(PROFILE, 1, 0);
        assert_string_equal(generations(), "3:a* 6:b");
}

static void what_is_no_link_is_an_error(void **state) {
        Arena arena = ARENA_NULL;
        Generations found = GENERATIONS_NULL;

        (void)state;
        assert_return_code(mkdir(PROFILE, 0755), errno);
        assert_int_equal(generations_read(&arena, PROFILE, &found), -EEXIST);
        assert_int_equal(generations_read(&arena, "/run/nowhere/system", &found), 0);
        generations_free(&found);
        arena_free(&arena);
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(they_are_in_the_order_of_their_numbers, start_test, end_test),
                cmocka_unit_test_setup_teardown(the_last_system_is_not_added_again, start_test, end_test),
                cmocka_unit_test_setup_teardown(what_earlier_versions_had_gets_numbers, start_test, end_test),
                cmocka_unit_test_setup_teardown(the_current_one_and_the_one_before_are_kept, start_test, end_test),
                cmocka_unit_test_setup_teardown(what_is_no_link_is_an_error, start_test, end_test),
        };

        return own_run("generations") ? cmocka_run_group_tests_name("generations", tests, NULL, NULL) : 0;
}
