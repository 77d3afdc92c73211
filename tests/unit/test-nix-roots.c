/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture.h"
#include "own-run.h"
#include "runtime/nix-roots.h"

#define HASH "0123456789abcdfghijklmnpqrsvwxyz"
#define OWN "/nix/var/nix/per-container/one"
#define ROOTS "/nix/var/nix/gcroots/containers/one"

static void only_paths_of_the_store_have_a_name_there(void **state) {
        static const struct {
                const char *path, *name;
        } cases[] = {
                {"/nix/store/" HASH "-tool-1.0", HASH "-tool-1.0"},
                {"/nix/store/" HASH "-tool/bin/tool", HASH "-tool"},
                {"/nix/store/" HASH "-tool/", HASH "-tool"},
                {"/nix/store/" HASH "-tool/../../../etc", HASH "-tool"},
                {"/nix/store/" HASH "-+.?=_Z", HASH "-+.?=_Z"},
                {"/nix/store/" HASH "-", NULL},
                {"/nix/store/" HASH, NULL},
                {"/nix/store/" HASH "_tool", NULL},
                {"/nix/store/" HASH "-a b", NULL},
                {"/nix/store/" HASH "-a\nb", NULL},
                {"/nix/store/e123456789abcdfghijklmnpqrsvwxyz-tool", NULL},
                {"/nix/store/0" HASH "-tool", NULL},
                {"/nix/store/../store/" HASH "-tool", NULL},
                {"/nix/store//" HASH "-tool", NULL},
                {"/nix/store/.links/x", NULL},
                {"/nix/store/..", NULL},
                {"/nix/store/", NULL},
                {"/nix/store", NULL},
                {"nix/store/" HASH "-tool", NULL},
                {"../" HASH "-tool", NULL},
                {"", NULL},
        };
        char longest[300];
        size_t length = 0;

        (void)state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                const char *name = nix_store_name(cases[i].path, &length), *expected = cases[i].name;

                if (!name != !expected || (name && (length != strlen(expected) || memcmp(name, expected, length) != 0)))
                        fail_msg("%s has the name %.*s", cases[i].path, name ? (int)length : 0, name ? name : "");
        }
        snprintf(longest, sizeof(longest), "/nix/store/" HASH "-%0211i", 1);
        assert_non_null(nix_store_name(longest, &length));
        strcat(longest, "1");
        assert_null(nix_store_name(longest, &length));
}

static void make_directories(const char *const paths[], size_t length) {
        for (size_t i = 0; i < length; i++)
                assert_true(mkdir(paths[i], 0755) == 0 || errno == EEXIST);
}

static int start_test(void **state) {
        static const char *const paths[] = {"/nix/store", "/nix/store/" HASH "-tool", "/nix/store/" HASH "-file",
                "/nix/store/" HASH "-outside", "/nix/var", "/nix/var/nix", "/nix/var/nix/gcroots",
                "/nix/var/nix/per-container", OWN, OWN "/profiles", OWN "/gcroots"};

        (void)state;
        if (!own_directory("/nix"))
                return -1;
        make_directories(paths, sizeof(paths) / sizeof(paths[0]));
        return 0;
}

static void link_to(const char *target, const char *path) {
        assert_return_code(symlink(target, path), errno);
}

static bool is_root(const char *name) {
        char path[PATH_MAX], target[PATH_MAX] = "", expected[PATH_MAX];

        snprintf(path, sizeof(path), ROOTS "/%s", name);
        snprintf(expected, sizeof(expected), "/nix/store/%s", name);
        return readlink(path, target, sizeof(target) - 1) > 0 && strcmp(target, expected) == 0;
}

static unsigned visited;

static void count(int directory, void *userdata) {
        assert_true(directory >= 0);
        assert_ptr_equal(userdata, &visited);
        visited++;
}

static void what_links_lead_to_is_kept_and_no_link_is_followed(void **state) {
        static const char *const paths[] = {OWN "/profiles/a", OWN "/profiles/a/b", "/nix/outside"};

        (void)state;
        make_directories(paths, sizeof(paths) / sizeof(paths[0]));
        link_to("/nix/store/" HASH "-tool/bin", OWN "/profiles/a/b/tool");
        link_to("/nix/store/" HASH "-tool", OWN "/gcroots/tool");
        link_to("/nix/store/" HASH "-missing", OWN "/gcroots/missing");
        link_to("/nix/outside", OWN "/gcroots/outside");
        link_to("/nix/outside/link", OWN "/gcroots/link");
        link_to("..", OWN "/profiles/up");
        link_to("/nix/store/" HASH "-outside", "/nix/outside/link");
        fclose(fopen(OWN "/gcroots/" HASH "-file", "w"));
        visited = 0;
        assert_return_code(nix_roots_update("one", count, &visited), 0);
        assert_true(is_root(HASH "-tool"));
        assert_true(is_root(HASH "-file"));
        assert_false(is_root(HASH "-missing"));
        assert_false(is_root(HASH "-outside"));
        assert_int_equal(visited, 5);
        /* Until it is removed. */
        assert_return_code(unlink(OWN "/gcroots/tool"), errno);
        assert_return_code(nix_roots_update("one", NULL, NULL), 0);
        assert_true(is_root(HASH "-tool"));
        assert_return_code(unlink(OWN "/profiles/a/b/tool"), errno);
        assert_return_code(nix_roots_update("one", NULL, NULL), 0);
        assert_false(is_root(HASH "-tool"));
}

static void too_much_is_said_and_removes_nothing(void **state) {
        char path[PATH_MAX];
        Capture capture;
        char *said;

        (void)state;
        link_to("/nix/store/" HASH "-tool", OWN "/profiles/tool");
        assert_return_code(nix_roots_update("one", NULL, NULL), 0);
        assert_return_code(unlink(OWN "/profiles/tool"), errno);
        for (int i = 0; i < NIX_DIRECTORIES_MAX - 2; i++) {
                snprintf(path, sizeof(path), OWN "/profiles/%i", i);
                make_directories(&(const char *){path}, 1);
        }
        link_to("/nix/store/" HASH "-tool", OWN "/profiles/tool");
        assert_return_code(nix_roots_update("one", NULL, NULL), 0);
        make_directories(&(const char *){OWN "/profiles/last"}, 1);
        assert_return_code(unlink(OWN "/profiles/tool"), errno);
        capture = capture_start(stderr);
        assert_int_equal(nix_roots_update("one", NULL, NULL), -E2BIG);
        said = capture_end(&capture);
        assert_non_null(strstr(said, "Container one has more than 256 directories"));
        free(said);
        assert_true(is_root(HASH "-tool"));
        /* Nor does depth help, or one that cannot be read. */
        assert_return_code(rmdir(OWN "/profiles/last"), errno);
        assert_return_code(nix_roots_update("one", NULL, NULL), 0);
        assert_false(is_root(HASH "-tool"));
}

static void directories_that_are_too_deep_are_not_entered(void **state) {
        char path[PATH_MAX] = OWN "/profiles";
        Capture capture;
        char *said;

        (void)state;
        for (int i = 0; i < NIX_DEPTH_MAX; i++) {
                strcat(path, "/d");
                make_directories(&(const char *){path}, 1);
        }
        assert_return_code(nix_roots_update("one", NULL, NULL), 0);
        strcat(path, "/d");
        make_directories(&(const char *){path}, 1);
        capture = capture_start(stderr);
        assert_int_equal(nix_roots_update("one", NULL, NULL), -E2BIG);
        said = capture_end(&capture);
        assert_non_null(strstr(said, "16 levels"));
        free(said);
}

static void a_container_without_any_has_none(void **state) {
        (void)state;
        assert_return_code(nix_roots_update("other", NULL, NULL), 0);
        assert_int_equal(access("/nix/var/nix/gcroots/containers/other", F_OK), -1);
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(only_paths_of_the_store_have_a_name_there),
                cmocka_unit_test_setup(what_links_lead_to_is_kept_and_no_link_is_followed, start_test),
                cmocka_unit_test_setup(too_much_is_said_and_removes_nothing, start_test),
                cmocka_unit_test_setup(directories_that_are_too_deep_are_not_entered, start_test),
                cmocka_unit_test_setup(a_container_without_any_has_none, start_test),
        };

        return own_run_and_nix("nix-roots") ? cmocka_run_group_tests_name("nix-roots", tests, NULL, NULL) : 0;
}
