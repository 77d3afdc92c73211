/* SPDX-License-Identifier: MIT */
#include "own-run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "state/profile.h"

#define PROFILES "/run/host" NIX_PROFILES "web"

static int start_test(void **state) {
        static const char *const paths[] = {"/run/host", "/run/host/nix", "/run/host/nix/var", "/run/host/nix/var/nix",
                "/run/host/nix/var/nix/profiles", "/run/host/nix/var/nix/profiles/per-container", PROFILES};

        (void)state;
        if (!own_directory("/run"))
                return -1;
        for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
                if (mkdir(paths[i], 0755) < 0)
                        return -1;
        return 0;
}

static int end_test(void **state) {
        (void)state;
        return umount2("/run", MNT_DETACH);
}

static void a_profile_is_directly_below_those_that_the_container_sees(void **state) {
        static const struct {
                const char *system, *profile, *below;
        } cases[] = {
                {"/nix/var/nix/profiles/system", NIX_PROFILES "web/system", ""},
                {"/nix/var/nix/profiles/my_own-1.0/specialisation/x", NIX_PROFILES "web/my_own-1.0",
                        "/specialisation/x"},
                {"/nix/var/nix/profiles", NULL, NULL},
                {"/nix/var/nix/profiles/.hidden", NULL, NULL},
                {"/nix/var/nix/profiles/a b", NULL, NULL},
                {"/nix/var/nix/profiles/per-container/web/system", NULL, NULL},
                {"/nix/var/nix/profiles/per-containers", NIX_PROFILES "web/per-containers", ""},
                {"/nix/var/nix/profilesystem", NULL, NULL},
                {"/nix/store/x", NULL, NULL},
        };
        Arena arena = ARENA_NULL;

        (void)state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                const char *below, *profile = profile_of(&arena, "web", cases[i].system, &below);

                if (!cases[i].profile) {
                        assert_null(profile);
                        continue;
                }
                assert_string_equal(profile, cases[i].profile);
                assert_string_equal(below, cases[i].below);
        }
        arena_free(&arena);
}

/* What is started of @system. */
static const char *started(const char *system) {
        static Arena arena;

        return profile_system(&arena, "/run/host", "web", system);
}

static void a_profile_leads_to_the_store_or_to_a_link_beside_it(void **state) {
        static const struct {
                const char *target, *generation, *system;
        } cases[] = {
                {"/nix/store/x", "", "/nix/store/x"},
                {"system-3-link", "/nix/store/x", "/nix/store/x"},
                {"system-3-link", "system-4-link", NULL},
                {"system-3-link", "/srv", NULL},
                {"/nix/store", "", NULL},
                {"/nix/store/", "", NULL},
                {"/nix/store/..", "", NULL},
                {"/nix/store/../../srv", "", NULL},
                {"/nix/store/x/y", "", NULL},
                {"/srv", "", NULL},
                {"..", "", NULL},
                {"../web/system-3-link", "/nix/store/x", NULL},
                {"missing", "/nix/store/x", NULL},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                (void)unlink(PROFILES "/system");
                (void)unlink(PROFILES "/system-3-link");
                assert_return_code(symlink(cases[i].target, PROFILES "/system"), errno);
                if (*cases[i].generation)
                        assert_return_code(symlink(cases[i].generation, PROFILES "/system-3-link"), errno);
                if (cases[i].system)
                        assert_string_equal(started("/nix/var/nix/profiles/system"), cases[i].system);
                else
                        assert_null(started("/nix/var/nix/profiles/system"));
        }
        assert_null(started("/nix/var/nix/profiles/other"));
        assert_string_equal(started("/nix/store/y"), "/nix/store/y");
}

static void only_a_profile_that_is_not_there_is_missing(void **state) {
        Arena arena = ARENA_NULL;

        (void)state;
        assert_true(profile_is_missing(&arena, "/run/host", "web", "/nix/var/nix/profiles/system"));
        assert_true(profile_is_missing(&arena, "/run/host", "other", "/nix/var/nix/profiles/system"));
        assert_false(profile_is_missing(&arena, "/run/host", "web", "/nix/store/none"));
        assert_return_code(symlink("/nowhere", PROFILES "/system"), errno);
        assert_false(profile_is_missing(&arena, "/run/host", "web", "/nix/var/nix/profiles/system"));
        arena_free(&arena);
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_profile_is_directly_below_those_that_the_container_sees),
                cmocka_unit_test_setup_teardown(
                        a_profile_leads_to_the_store_or_to_a_link_beside_it, start_test, end_test),
                cmocka_unit_test_setup_teardown(only_a_profile_that_is_not_there_is_missing, start_test, end_test),
        };

        return own_run("profile") ? cmocka_run_group_tests_name("profile", tests, NULL, NULL) : 0;
}
