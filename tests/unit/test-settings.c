/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "capture.h"
#include "cli/imperative-manifest.h"
#include "reading.h"

static int add(Arena *arena, Setting *root, const char *text) {
        return text[0] == '/' ? settings_add_bind(arena, root, text) : settings_add(arena, root, text);
}

static void any_option_can_be_set(void **state) {
        static const char *const settings[] = {"timeoutStartSec=5min", "bindMounts./data.hostPath=/srv/a b",
                "bindMounts./data.isReadOnly=false", "bindMounts.\"/with.dot\\\"\"={hostPath: /x, hostPathMode: 0700}",
                "forwardPorts=[{hostPort: 8080, containerPort: 80}, {hostPort: 81}]", "memoryMax=1G", "tasksMax=100",
                "tmpfs=\n- /a\n- '/b: c'\n", "extraVeths.x0.hostAddress=10.9.0.1", "extraVeths.x0.forwardPorts=[]",
                "closure=", "/srv/ro:/ro:ro", "/srv/same", "/srv/a\\:b:/c"};
        ImperativeContainer container = {.name = "web", .system = "/nix/store/x", .settings = &(Setting){0}};
        const Container *read;
        const BindMount *binds;
        Buffer buffer = BUFFER_NULL;
        Reading reading;

        (void)state;
        reading_init(&reading);
        for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
                assert_int_equal(add(&reading.arena, container.settings, settings[i]), 0);
        assert_int_equal(imperative_format(&container, &buffer), 0);
        reading_add(&reading, "web.yaml", arena_copy(&reading.arena, buffer.text, buffer.length));
        buffer_free(&buffer);
        assert_string_equal(reading_said(&reading), "");
        read = reading.manifest.containers[0];
        assert_string_equal(read->rare->timeout_start_sec.text, "5min");
        assert_int_equal(read->bind_mounts.length, 5);
        binds = read->bind_mounts.items;
        assert_string_equal(binds[0].host_path.text, "/srv/a b");
        assert_false(binds[0].is_read_only.value);
        assert_string_equal(binds[1].mount_point.text, "/with.dot\"");
        assert_string_equal(binds[1].host_path_mode.text, "0700");
        assert_string_equal(binds[2].mount_point.text, "/ro");
        assert_true(binds[2].is_read_only.value);
        assert_string_equal(binds[3].mount_point.text, "/srv/same");
        assert_false(binds[3].is_read_only.value);
        assert_string_equal(binds[4].host_path.text, "/srv/a:b");
        assert_int_equal(read->link.forward_ports.length, 2);
        assert_int_equal(read->rare->tmpfs.length, 2);
        assert_int_equal(read->rare->extra_veths.length, 1);
        assert_true(read->private_network.value);
        reading_free(&reading);
}

static void what_is_no_setting_is_refused(void **state) {
        static const char *const wrong[] = {"", "x", "=1", ".=1", "a.=1", ".a=1", "a..b=1", "a\"b\"=1", "\"a=1",
                "\"a\"b=1", "a.b.c.d.e.f.g.h.i=1", "a=[", "a=]", "a={b: &x 1, c: [*x, *x, *x, *x, *x]}", "a={[]: 1}",
                "a=1\n---\n2\n", "/", "/a:b", "/a:", "/a:/b:rw", "/a:/b:ro:", "/a:/b:ro:x", "/a::ro"};

        (void)state;
        for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
                CLEANUP_ARENA Arena arena = ARENA_NULL;
                Setting root = {0};
                Capture capture = capture_start(stderr);
                int r = add(&arena, &root, wrong[i]);
                char *said = capture_end(&capture);

                if (strcmp(wrong[i], "/") == 0 || strcmp(wrong[i], "/a:") == 0) {
                        assert_int_equal(r, 0);
                } else if (r != -EINVAL || !strstr(said, "Invalid --")) {
                        fail_msg("\"%s\": %i %s", wrong[i], r, said);
                }
                free(said);
        }
}

static void an_option_is_set_once(void **state) {
        static const char *const cases[][2] = {{"a=1", "a=1"}, {"a=1", "a.b=1"}, {"a.b=1", "a=1"}, {"a.b=1", "a.b=2"},
                {"bindMounts./x.hostPath=/y", "/srv:/x"}, {"/srv:/x", "/srv:/x"}, {"bindMounts={}", "/srv"}};

        (void)state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                CLEANUP_ARENA Arena arena = ARENA_NULL;
                Setting root = {0};
                Capture capture;
                char *said;
                int r;

                assert_int_equal(add(&arena, &root, cases[i][0]), 0);
                capture = capture_start(stderr);
                r = add(&arena, &root, cases[i][1]);
                said = capture_end(&capture);
                assert_int_equal(r, -EEXIST);
                assert_mentions(said, cases[i][0], cases[i][1], "conflicts");
                free(said);
        }
}

static void an_error_names_the_setting_as_it_was_written(void **state) {
        static const struct {
                const char *setting, *said[3];
        } cases[] = {
                {"timeoutStartSec=soon",
                        {"Invalid --set timeoutStartSec=soon: containers.web.timeoutStartSec: ", "\"soon\""}},
                {"timeoutStartSek=1s", {"Invalid --set timeoutStartSek=1s: ", "timeoutStartSec"}},
                {"bindMounts./x.hostPath=y", {"Invalid --set bindMounts./x.hostPath=y: ", "absolute"}},
                {"forwardPorts=[{hostPort: 99999}]", {"Invalid --set forwardPorts=[{hostPort: 99999}]: ", "99999"}},
                {"autoStart=\"true\"", {"Invalid --set autoStart=\"true\": "}},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                ImperativeContainer container = {.name = "web", .settings = &(Setting){0}};
                CLEANUP_ARENA Arena arena = ARENA_NULL;
                Capture capture;
                char *said;
                int r;

                assert_int_equal(add(&arena, container.settings, "memoryMax=1G"), 0);
                assert_int_equal(add(&arena, container.settings, cases[i].setting), 0);
                capture = capture_start(stderr);
                r = imperative_check(&container, "/etc/nixos-containers/web.yaml");
                said = capture_end(&capture);
                assert_int_equal(r, -EINVAL);
                assert_mentions(said, cases[i].said[0], cases[i].said[1] ? cases[i].said[1] : "");
                free(said);
        }
}

static void the_network_is_as_the_settings_say(void **state) {
        static const struct {
                const char *setting;
                bool own;
        } cases[] = {{"memoryMax=1G", true}, {"privateNetwork=true", true}, {"privateNetwork=false", false},
                {"networkNamespace=/run/netns/x", false}};

        (void)state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                ImperativeContainer container = {.name = "web", .settings = &(Setting){0}};
                CLEANUP_ARENA Arena arena = ARENA_NULL;

                assert_int_equal(add(&arena, container.settings, cases[i].setting), 0);
                assert_int_equal(imperative_has_own_network(&container), cases[i].own);
                assert_int_equal(imperative_check(&container, "/web.yaml"), 0);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(any_option_can_be_set),
                cmocka_unit_test(what_is_no_setting_is_refused),
                cmocka_unit_test(an_option_is_set_once),
                cmocka_unit_test(an_error_names_the_setting_as_it_was_written),
                cmocka_unit_test(the_network_is_as_the_settings_say),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
