/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "systemd/nspawn-arguments.h"

static const struct {
        const char *argument, *path, *mount_point, *with_another;
} cases[] = {
        {"--bind=/a:/b", "/a", "/b", "--bind=/new:/b"},
        {"--bind-ro=/a:/b:norbind,idmap", "/a", "/b", "--bind-ro=/new:/b:norbind,idmap"},
        {"--bind=/a", "/a", "/a", "--bind=/new:/a"},
        {"--bind=/a\\:b", "/a:b", "/a:b", "--bind=/new:/a\\:b"},
        {"--bind=/a\\\\:/b", "/a\\", "/b", "--bind=/new:/b"},
        {"--bind=+/a:/b", "+/a", "/b", "--bind=/new:/b"},
        {"--bind=+/a", "+/a", "/a", "--bind=/new:/a"},
        {"--load-credential=key:/a:b", "/a:b", NULL, "--load-credential=key:/new"},
        {"--network-namespace-path=/run/netns/a", "/run/netns/a", NULL, "--network-namespace-path=/new"},
        /* What is none of the host. */
        {"--bind=:/b", NULL, NULL, NULL},
        {"--bind=relative:/b", NULL, NULL, NULL},
        {"--bind=", NULL, NULL, NULL},
        {"--load-credential=key:name", NULL, NULL, NULL},
        {"--load-credential=key", NULL, NULL, NULL},
        {"--network-namespace-path=", NULL, NULL, NULL},
        {"--tmpfs=/a", NULL, NULL, NULL},
        {"/a:/b", NULL, NULL, NULL},
};

static void paths_of_the_host_are_found_and_exchanged(void **state) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;

        (void)state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                NspawnHostPath found = {0};

                print_message("%s\n", cases[i].argument);
                assert_int_equal(nspawn_host_path(&arena, cases[i].argument, &found), cases[i].path != NULL);
                if (!cases[i].path)
                        continue;
                assert_string_equal(found.path, cases[i].path);
                assert_string_equal(
                        arena_printf(&arena, "%s/new%s", found.before, found.behind), cases[i].with_another);
                if (cases[i].mount_point)
                        assert_string_equal(found.mount_point, cases[i].mount_point);
                else
                        assert_null(found.mount_point);
        }
}

static void a_network_of_its_own_is_made_by_some(void **state) {
        static const char *const making[] = {"-n", "--network-veth", "--private-network", "--network-bridge=br0"};
        static const char *const others[] = {"--network-namespace-path=/run/netns/a", "-nU", "--port=80", "network-"};

        (void)state;
        for (size_t i = 0; i < sizeof(making) / sizeof(making[0]); i++)
                assert_true(nspawn_makes_network(making[i]));
        for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
                assert_false(nspawn_makes_network(others[i]));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(paths_of_the_host_are_found_and_exchanged),
                cmocka_unit_test(a_network_of_its_own_is_made_by_some),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
