/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "reading.h"

#define V "version: 1\n"

/* Manifests, the containers that are read, those that are broken with a "!" before them, and all that is said. */
static const struct {
        const char *text, *containers, *said;
} cases[] = {
        /* The form of the file. */
        {V "containers: {}\n", "", ""},
        {V, "", ""},
        {"{\"version\":1,\"containers\":{\"a\":{\"system\":\"/s\"}}}", "a", ""},
        {"%YAML 1.1\n---\n" V "containers: { a: { system: /s } }\n...\n", "a", ""},
        {"", "", "f.yaml:1:1: \"version: 1\"\n"},
        {"# comment\n", "", "f.yaml:2:1: \"version: 1\"\n"},
        {"[]", "", "f.yaml:1:1: \"version\" \"containers\"\n"},
        {"web", "", "f.yaml:1:1: \"version\" \"containers\" \"web\"\n"},
        {"--- \n", "", "f.yaml:2:1: \"version\" \"containers\"\n"},
        {"containers: { a: { system: /s } }\n", "!a", "f.yaml:1:1: version:\n"},
        {"version: 2\ncontainers: { a: { system: /s } }\n", "!a", "f.yaml:1:10: version: \"2\"\n"},
        {"version: 2\ncontainers: { a: { system: /s }, b: { system: ] } }\n", "!a !b",
                "f.yaml:2:47: containers.b.system:\n"
                "f.yaml:1:10: version: \"2\"\n"},
        {"version: 1.0\n", "", "f.yaml:1:10: version: \"1.0\"\n"},
        {"version: {}\n", "", "f.yaml:1:10: version:\n"},
        {V "version: 1\n", "", "f.yaml:2:1: version: 1:10\n"},
        {V "Containers: { a: }\n", "", "f.yaml:2:1: Containers: \"containers\"\n"},
        {V "x: 1\n", "", "f.yaml:2:1: x:\n"},
        {V "---\n" V, "", "f.yaml:2:1:\n"},
        {"a: &x 1\n" V, "", "f.yaml:1:1: a:\n"},

        /* Errors of syntax, in libyaml's words. */
        {V "containers: {", "", "f.yaml:3:1: containers:\n"},
        {V "containers:\n  a: { system: /s }\n  b: { system: '/s }\n", "a !b", "f.yaml:5:1: containers.b.system:\n"},
        {V "containers:\n  a: { system: /s }\n b: {}\n", "a", "f.yaml:4:2:\n"},
        {"containers:\n  a: { system: /s }\n  b: ]", "a !b", "f.yaml:3:6: containers.b:\n"},
        {V "} x", "", "f.yaml:2:1:\n"},

        /* Containers. */
        {V "containers:\n  a: { system: /s }\n  b: { system: /s }\n", "a b", ""},
        {V "containers:\n  a:\n  b: 1\n", "!a !b",
                "f.yaml:3:5: containers.a:\n"
                "f.yaml:4:6: containers.b:\n"},
        {V "containers: { a b: { system: /s } }\n", "!a b", "f.yaml:2:15: containers.\"a b\": \"a b\"\n"},
        {V "containers: { ? [a] : { system: /s }, b: { system: /s } }\n", "b", "f.yaml:2:17: containers:\n"},
        {V "containers: { a: {} }\n", "!a", "f.yaml:2:18: containers.a.system:\n"},
        {V "containers: { a: { system: } }\n", "!a", "f.yaml:2:18: containers.a.system:\n"},
        {V "containers: { a: { system: s } }\n", "!a", "f.yaml:2:28: containers.a.system: \"s\"\n"},
        {V "containers: { a: { system: '~' } }\n", "!a", "f.yaml:2:28: containers.a.system: \"~\"\n"},
        {V "containers: { a: { system: /s, system: /t } }\n", "!a", "f.yaml:2:32: containers.a.system: 2:20\n"},
        {V "containers: { a: { sytem: /s } }\n", "!a",
                "f.yaml:2:20: containers.a.sytem: \"system\"\n"
                "f.yaml:2:18: containers.a.system:\n"},
        /* The column counts characters, not bytes. */
        {V "containers: { a: { system: /größe, x: 1 } }\n", "!a", "f.yaml:2:36: containers.a.x:\n"},

        /* Values of all kinds, deep inside. */
        {V "containers:\n  a:\n    system: /s\n    extraVeths:\n      lan0:\n        forwardPorts:\n          - "
           "hostPort: 1\n"
           "          - hostPort: 0\n",
                "!a", "f.yaml:9:23: containers.a.extraVeths.lan0.forwardPorts[1].hostPort: \"0\"\n"},
        {V "containers: { a: { system: /s, extraVeths: { a: [] } } }\n", "!a",
                "f.yaml:2:49: containers.a.extraVeths.a:\n"},
        {V "containers: { a: { system: /s, extraVeths: { a: {}, a: {} } } }\n", "!a",
                "f.yaml:2:53: containers.a.extraVeths.a: 2:46\n"},
        {V "containers: { a: { system: /s, bindMounts: { /a: {}, /a/: {} } } }\n", "!a",
                "f.yaml:2:54: containers.a.bindMounts.\"/a\": 2:46\n"},
        {V "containers: { a: { system: /s, tmpfs: [~, [/a], {}] } }\n", "!a",
                "f.yaml:2:40: containers.a.tmpfs[0]:\n"
                "f.yaml:2:43: containers.a.tmpfs[1]:\n"
                "f.yaml:2:49: containers.a.tmpfs[2]:\n"},
        {V "containers: { a: { system: /s, tmpfs: /a } }\n", "!a", "f.yaml:2:39: containers.a.tmpfs:\n"},
        {V "containers: { a: { system: /s, bindMounts: [] } }\n", "!a", "f.yaml:2:44: containers.a.bindMounts:\n"},
        {V "containers: { a: { system: /s, autoStart: ~, tmpfs: null, bindMounts: , extraVeths: { x: } } }\n", "a", ""},

        /* What YAML has beyond JSON. */
        {V "containers: { a: &x { system: /s } }\n", "!a", "f.yaml:2:18: containers.a: &x\n"},
        {V "containers: { a: *x }\n", "!a", "f.yaml:2:18: containers.a: *x\n"},
        {V "containers: &x { a: { system: /s, tmpfs: &y [*y] } }\n", "!a",
                "f.yaml:2:13: containers: &x\n"
                "f.yaml:2:42: containers.a.tmpfs: &y\n"
                "f.yaml:2:46: containers.a.tmpfs[0]: *y\n"},
        {V "containers: { a: { system: !tag /s } }\n", "!a", "f.yaml:2:28: containers.a.system: \"!tag\"\n"},
        {V "containers: { a: { system: /s, &x tmpfs: [] } }\n", "!a", "f.yaml:2:32: containers.a: &x\n"},
        {V "containers: { a: { system: /s, x: [[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]] }, b: { system: /s } }\n", "!a b",
                "f.yaml:2:32: containers.a.x:\n"},
        {V "containers: { a: { system: /s, x: [[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]] }, b: { system: /s } }\n", "!a",
                "f.yaml:2:32: containers.a.x:\n"
                "f.yaml:2:51: containers.a.x:\n"},
};

static const char *containers_text(Reading *reading) {
        const char *text = "";

        for (size_t i = 0; i < reading->manifest.length; i++) {
                const Container *container = reading->manifest.containers[i];

                text = arena_printf(&reading->arena, "%s%s%s%s", text, i > 0 ? " " : "", container->broken ? "!" : "",
                        container->name.text);
        }
        return text;
}

static void what_is_wrong_is_said_with_its_place_and_breaks_its_container_only(void **state) {
        int wrong = 0;

        (void)state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                const char *said, *containers;
                Reading reading;

                reading_init(&reading);
                reading_add(&reading, "f.yaml", cases[i].text);
                said = reading_said(&reading);
                containers = containers_text(&reading);
                if (strcmp(said, cases[i].said) != 0 || strcmp(containers, cases[i].containers) != 0) {
                        print_error("%s\nhas the containers \"%s\" and says\n%s", cases[i].text, containers, said);
                        wrong++;
                }
                reading_free(&reading);
        }
        assert_int_equal(wrong, 0);
}

static void assert_mark(const Mark *mark, uint32_t line, uint32_t column) {
        assert_int_equal(mark->line, line);
        assert_int_equal(mark->column, column);
}

static void values_have_the_places_where_they_stand(void **state) {
        static const char text[] = V "containers:\n"
                                     "  web:\n"
                                     "    system: /nix//store/\n"
                                     "    autoStart:   true\n"
                                     "    localAddress: 10.0.0.2/24\n"
                                     "    forwardPorts:\n"
                                     "      - hostPort: 80\n"
                                     "      - protocol: udp\n"
                                     "        containerPort: 53\n"
                                     "        hostPort: 54\n"
                                     "    bindMounts: { /a/: { hostPath: /b }, \"/c\": }\n"
                                     "    extraFlags: [ --quiet ]\n";
        const Container *web;
        const Forward *forwards;
        const BindMount *binds;
        const Text *flags;
        Reading reading;

        (void)state;
        reading_init(&reading);
        reading_add(&reading, "f.yaml", text);
        assert_string_equal(reading_said(&reading), "");
        assert_int_equal(reading.manifest.length, 1);
        web = reading.manifest.containers[0];

        assert_string_equal(web->name.text, "web");
        assert_string_equal(web->file, "f.yaml");
        assert_mark(&web->name.mark, 3, 3);
        assert_string_equal(web->system.text, "/nix/store");
        assert_mark(&web->system.mark, 4, 13);
        assert_true(web->auto_start.value);
        assert_mark(&web->auto_start.mark, 5, 18);
        assert_mark(&web->ephemeral.mark, 0, 1);
        assert_false(web->ephemeral.value);
        assert_int_equal(web->link.local_address.address.prefix, 24);
        assert_mark(&web->link.local_address.mark, 6, 19);

        assert_int_equal(web->link.forward_ports.length, 2);
        assert_mark(&web->link.forward_ports.mark, 8, 7);
        forwards = web->link.forward_ports.items;
        assert_mark(&forwards[0].mark, 8, 9);
        assert_int_equal(forwards[0].host_port.first, 80);
        assert_string_equal(forwards[0].protocol.text, "tcp");
        assert_mark(&forwards[0].protocol.mark, 0, 1);
        assert_int_equal(forwards[0].container_port.value, 80);
        assert_mark(&forwards[0].container_port.mark, 0, 1);
        assert_string_equal(forwards[1].protocol.text, "udp");
        assert_int_equal(forwards[1].container_port.value, 53);
        assert_mark(&forwards[1].host_port.mark, 11, 19);

        assert_int_equal(web->bind_mounts.length, 2);
        binds = web->bind_mounts.items;
        assert_string_equal(binds[0].mount_point.text, "/a");
        assert_mark(&binds[0].mount_point.mark, 12, 19);
        assert_string_equal(binds[0].host_path.text, "/b");
        assert_string_equal(binds[1].mount_point.text, "/c");
        assert_string_equal(binds[1].host_path.text, "/c");
        assert_mark(&binds[1].host_path.mark, 0, 1);
        assert_true(binds[1].is_read_only.value);

        assert_int_equal(web->rare->extra_flags.length, 1);
        flags = web->rare->extra_flags.items;
        assert_string_equal(flags[0].text, "--quiet");
        assert_mark(&flags[0].mark, 13, 19);
        reading_free(&reading);
}

static void several_files_are_one_manifest(void **state) {
        Reading reading;

        (void)state;
        reading_init(&reading);
        reading_add(&reading, "1.yaml", V "containers: { a: { system: /s } }\n");
        reading_add(&reading, "2.yaml", "containers: { b: { system: /s } }\n");
        reading_add(&reading, "3.yaml", V "containers: { c: { system: /s } }\n");
        /* An error in one breaks nothing of the others. */
        assert_string_equal(containers_text(&reading), "a !b c");
        assert_string_equal(reading.manifest.containers[2]->file, "3.yaml");
        assert_string_equal(reading_said(&reading), "2.yaml:1:1: version:\n");
        reading_free(&reading);
}

static void bytes_that_are_no_text_end_the_file(void **state) {
        static const struct {
                const char *text;
                size_t length;
                const char *said;
        } bytes[] = {
                {"version: 1\0", 11, "control characters are not allowed: 0x00"},
                {"version: \x01", 10, "control characters are not allowed: 0x01"},
                {"version: \xff", 10, "invalid leading UTF-8 octet: 0xff"},
                {"version: \xc3", 10, "incomplete UTF-8 octet sequence"},
                {"version: \xed\xa0\x80", 12, "invalid Unicode character: 0xd800"},
                /* The column counts characters, not bytes. */
                {"# ä\n# ä\x01", 10, "f.yaml:2:4: control characters are not allowed: 0x01"},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(bytes) / sizeof(bytes[0]); i++) {
                Reading reading;

                reading_init(&reading);
                reading_add_bytes(&reading, "f.yaml", bytes[i].text, bytes[i].length);
                assert_int_equal(reading.manifest.diagnostics.errors, 1);
                if (!strstr(reading.manifest.diagnostics.first->text, bytes[i].said))
                        fail_msg("%s", reading.manifest.diagnostics.first->text);
                reading_free(&reading);
        }
}

static void only_regular_files_of_a_sane_size_are_read(void **state) {
        Reading reading;
        char path[64];
        int large = memfd_create("large", MFD_CLOEXEC), ends[2];

        (void)state;
        reading_init(&reading);
        assert_int_equal(ftruncate(large, (off_t)MANIFEST_SIZE_MAX + 1), 0);
        assert_int_equal(pipe(ends), 0);
        snprintf(path, sizeof(path), "/proc/self/fd/%i", large);
        manifest_read(&reading.manifest, path, "large.yaml");
        /* Nobody writes to it: opening or reading it must not wait for that. */
        snprintf(path, sizeof(path), "/proc/self/fd/%i", ends[0]);
        manifest_read(&reading.manifest, path, "pipe.yaml");
        manifest_read(&reading.manifest, "/", "directory.yaml");
        manifest_read(&reading.manifest, "/dev/null", "device.yaml");
        manifest_read(&reading.manifest, "/nonexistent", "missing.yaml");
        assert_string_equal(reading_said(&reading), "large.yaml:\n"
                                                    "pipe.yaml:\n"
                                                    "directory.yaml:\n"
                                                    "device.yaml:\n"
                                                    "missing.yaml:\n");
        close(large);
        close(ends[0]);
        close(ends[1]);
        reading_free(&reading);
}

static void many_containers_and_long_lists_are_read(void **state) {
        Reading reading;
        char *text = malloc(1000000), *end = text;
        const Text *flags;

        (void)state;
        end += sprintf(end, V "containers:\n");
        for (int i = 0; i < 1000; i++)
                end += sprintf(end, "  c%i: { system: /s }\n", i);
        end += sprintf(end, "  long:\n    system: /s\n    extraFlags:\n");
        for (int i = 0; i < 1000; i++)
                end += sprintf(end, "      - f%i\n", i);
        reading_init(&reading);
        reading_add_bytes(&reading, "f.yaml", text, (size_t)(end - text));
        assert_string_equal(reading_said(&reading), "");
        assert_int_equal(reading.manifest.length, 1001);
        assert_string_equal(reading.manifest.containers[999]->name.text, "c999");
        assert_int_equal(reading.manifest.containers[1000]->rare->extra_flags.length, 1000);
        flags = reading.manifest.containers[1000]->rare->extra_flags.items;
        assert_string_equal(flags[999].text, "f999");
        reading_free(&reading);
        free(text);
}

static void more_files_than_may_be_open_by_default_are_read(void **state) {
        struct rlimit before, limit;
        Reading reading;

        (void)state;
        getrlimit(RLIMIT_NOFILE, &before);
        limit = (struct rlimit){.rlim_cur = 32, .rlim_max = before.rlim_max};
        setrlimit(RLIMIT_NOFILE, &limit);
        reading_init(&reading);
        for (int i = 0; i < 100; i++)
                reading_add(&reading, arena_printf(&reading.arena, "%i.yaml", i),
                        arena_printf(&reading.arena, V "containers: { c%i: { system: /s } }\n", i));
        assert_string_equal(reading_said(&reading), "");
        assert_int_equal(reading.manifest.length, 100);
        reading_free(&reading);
        setrlimit(RLIMIT_NOFILE, &before);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_is_wrong_is_said_with_its_place_and_breaks_its_container_only),
                cmocka_unit_test(values_have_the_places_where_they_stand),
                cmocka_unit_test(several_files_are_one_manifest),
                cmocka_unit_test(bytes_that_are_no_text_end_the_file),
                cmocka_unit_test(only_regular_files_of_a_sane_size_are_read),
                cmocka_unit_test(more_files_than_may_be_open_by_default_are_read),
                cmocka_unit_test(many_containers_and_long_lists_are_read),
        };

        return cmocka_run_group_tests_name("manifest", tests, NULL, NULL);
}
