/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "own-run.h"
#include "runtime/nix-own.h"

#define HASH "0123456789abcdfghijklmnpqrsvwxyz"
#define SYSTEM "/nix/store/" HASH "-system"
#define OTHER "/nix/store/" HASH "-other"
#define OWN "/nix/var/nix/per-container/one"
#define PROFILES "/nix/var/nix/profiles/per-container/one"
#define GCROOTS "/nix/var/nix/gcroots/per-container/one"
#define BIND "--bind=" OWN "/profiles:/nix/var/nix/profiles"

static void make_directories(const char *const paths[], size_t length) {
        for (size_t i = 0; i < length; i++)
                assert_true(mkdir(paths[i], 0755) == 0 || errno == EEXIST);
}

static int start_test(void **state) {
        static const char *const paths[] = {"/nix/store", SYSTEM, OTHER, "/nix/var", "/nix/var/nix",
                "/nix/var/nix/profiles", "/nix/var/nix/profiles/per-container", PROFILES, "/nix/var/nix/gcroots",
                "/nix/var/nix/gcroots/per-container"};

        (void)state;
        if (!own_directory("/nix"))
                return -1;
        make_directories(paths, sizeof(paths) / sizeof(paths[0]));
        return 0;
}

static void link_to(const char *target, const char *path) {
        assert_return_code(symlink(target, path), errno);
}

/* The target of a link, "" for what is none. */
static const char *target_of(const char *path) {
        static char target[PATH_MAX];
        ssize_t length = readlink(path, target, sizeof(target) - 1);

        target[length > 0 ? length : 0] = '\0';
        return target;
}

/* Prepares a start with @argument and the system of the path @init. Returns what became of the argument. */
static const char *prepare(const char *argument, const char *init) {
        static Arena arena;
        char *program[] = {(char *)"systemd-nspawn", (char *)argument, (char *)"--", (char *)init, NULL};

        assert_return_code(nix_own_prepare(&arena, "one", program), 0);
        return program[1];
}

static void arguments_of_an_earlier_version_are_made_to_fit(void **state) {
        (void)state;
        assert_string_equal(prepare("--bind=" PROFILES ":/nix/var/nix/profiles:idmap", SYSTEM "/init"), BIND ":idmap");
        assert_string_equal(prepare("--bind=" GCROOTS ":/nix/var/nix/gcroots", SYSTEM "/init"),
                "--bind=" OWN "/gcroots:/nix/var/nix/gcroots");
        assert_string_equal(prepare("--bind=" PROFILES "x:/y", SYSTEM "/init"), "--bind=" PROFILES "x:/y");
        assert_return_code(access(OWN "/profiles", F_OK), errno);
        assert_return_code(access(OWN "/gcroots", F_OK), errno);
}

static void a_container_with_a_store_of_its_own_has_none(void **state) {
        (void)state;
        prepare("--tmpfs=/nix/store", SYSTEM "/init");
        assert_int_equal(access(OWN, F_OK), -1);
}

static void only_the_host_s_profile_stays(void **state) {
        static const struct {
                const char *name, *target;
                bool stays;
        } links[] = {
                {"system", "system-2-link", true},
                {"system.before", OTHER, true},
                {"system-2-link", SYSTEM, true},
                {"system-1-link", OTHER, true},
                {"system-3-link", SYSTEM "/file", false},
                {"system-4-link", "/nix/store/../../srv/marker", false},
                {"system--5-link", SYSTEM, false},
                {"system-6-link.lock", SYSTEM, false},
                {"system-x-link", SYSTEM, false},
                {"system.lock", SYSTEM, false},
                {"systems", SYSTEM, false},
                {"tool", "tool-1-link", false},
                {"tool-1-link", SYSTEM, false},
        };

        (void)state;
        make_directories(&(const char *){GCROOTS}, 1);
        make_directories(&(const char *){PROFILES "/system-7-link"}, 1);
        for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
                char path[PATH_MAX];

                snprintf(path, sizeof(path), PROFILES "/%s", links[i].name);
                link_to(links[i].target, path);
        }
        link_to(OTHER, GCROOTS "/root");
        prepare(BIND, SYSTEM "/init");
        for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
                char path[PATH_MAX];

                /* The container has them all. */
                snprintf(path, sizeof(path), OWN "/profiles/%s", links[i].name);
                assert_string_equal(target_of(path), links[i].target);
                snprintf(path, sizeof(path), PROFILES "/%s", links[i].name);
                assert_string_equal(target_of(path), links[i].stays ? links[i].target : "");
        }
        assert_string_equal(target_of(OWN "/gcroots/root"), OTHER);
        assert_return_code(access(OWN "/profiles/system-7-link", F_OK), errno);
        assert_int_equal(access(GCROOTS, F_OK), -1);
        assert_string_equal(target_of("/nix/var/nix/gcroots/containers/one/" HASH "-other"), OTHER);
        /* Once. */
        link_to("/somewhere", PROFILES "/mine");
        prepare(BIND, SYSTEM "/init");
        assert_string_equal(target_of(PROFILES "/mine"), "/somewhere");
}

static void what_is_there_by_the_same_name_is_kept(void **state) {
        (void)state;
        prepare(BIND, SYSTEM "/init");
        for (int i = 0; i < 3; i++) {
                char target[16];

                make_directories(&(const char *){GCROOTS}, 1);
                snprintf(target, sizeof(target), "/%i", i);
                link_to(target, GCROOTS "/root");
                prepare(BIND, SYSTEM "/init");
        }
        assert_string_equal(target_of(OWN "/gcroots/root"), "/2");
        assert_string_equal(target_of(OWN "/gcroots/root.1"), "/0");
        assert_string_equal(target_of(OWN "/gcroots/root.2"), "/1");
}

static void the_profile_of_another_name_is_the_one_that_the_container_runs(void **state) {
        static const char init[] = "/nix/var/nix/profiles/mine/init";

        (void)state;
        link_to("mine-3-link", PROFILES "/mine");
        link_to(OTHER, PROFILES "/mine-3-link");
        link_to(SYSTEM, PROFILES "/system");
        prepare(BIND, init);
        assert_string_equal(target_of(OWN "/profiles/mine"), OTHER);
        assert_string_equal(target_of(OWN "/profiles/system"), "");
        /* One that leads elsewhere leads nobody there. */
        assert_return_code(unlink(PROFILES "/mine"), errno);
        link_to("/srv", PROFILES "/mine");
        prepare(BIND, init);
        assert_string_equal(target_of(OWN "/profiles/mine"), OTHER);
        assert_return_code(unlink(PROFILES "/mine"), errno);
        assert_return_code(unlink(PROFILES "/mine-3-link"), errno);
        link_to("../../etc", PROFILES "/mine-3-link");
        link_to("mine-3-link", PROFILES "/mine");
        prepare(BIND, init);
        assert_string_equal(target_of(OWN "/profiles/mine"), OTHER);
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup(arguments_of_an_earlier_version_are_made_to_fit, start_test),
                cmocka_unit_test_setup(a_container_with_a_store_of_its_own_has_none, start_test),
                cmocka_unit_test_setup(only_the_host_s_profile_stays, start_test),
                cmocka_unit_test_setup(what_is_there_by_the_same_name_is_kept, start_test),
                cmocka_unit_test_setup(the_profile_of_another_name_is_the_one_that_the_container_runs, start_test),
        };

        return own_run_and_nix("nix-own") ? cmocka_run_group_tests_name("nix-own", tests, NULL, NULL) : 0;
}
