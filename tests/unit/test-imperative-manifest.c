/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "capture.h"
#include "cli/imperative-manifest.h"
#include "reading.h"

static char *text_of(Arena *arena, Buffer *buffer) {
        char *text = arena_copy(arena, buffer->text, buffer->length);

        buffer_free(buffer);
        return text;
}

static void a_new_manifest_has_what_was_asked_for_and_can_be_read(void **state) {
        const char *ports[] = {"80", "8080:81", "udp:53", "tcp:1:65535"};
        const ImperativeContainer container = {
                .name = "123",
                .flake = "git+file:///a \"b\"#c",
                .system = "/nix/store/x: y # z",
                .auto_start = true,
                .host_bridge = "br0",
                .host_address = "10.0.0.1",
                .local_address = "10.0.0.2/24",
                .ports = ports,
                .ports_length = 4,
        };
        const Container *read;
        const Forward *forwards;
        Reading reading;
        Buffer buffer = BUFFER_NULL;
        char *text;

        (void)state;
        reading_init(&reading);
        assert_int_equal(imperative_format(&container, &buffer), 0);
        text = text_of(&reading.arena, &buffer);
        reading_add(&reading, "123.yaml", text);
        assert_string_equal(reading_said(&reading), "");
        assert_int_equal(reading.manifest.length, 1);
        read = reading.manifest.containers[0];
        assert_string_equal(read->name.text, "123");
        assert_string_equal(read->system.text, container.system);
        assert_true(read->auto_start.value);
        assert_true(read->private_network.value);
        assert_string_equal(read->link.host_bridge.text, "br0");
        assert_int_equal(read->link.local_address.address.prefix, 24);
        forwards = read->link.forward_ports.items;
        assert_int_equal(read->link.forward_ports.length, 4);
        assert_int_equal(forwards[0].host_port.first, 80);
        assert_int_equal(forwards[0].container_port.value, 80);
        assert_int_equal(forwards[1].container_port.value, 81);
        assert_string_equal(forwards[2].protocol.text, "udp");
        assert_int_equal(forwards[3].container_port.value, 65535);
        assert_string_equal(
                imperative_flake(&reading.arena, &(Buffer){.text = text, .length = strlen(text)}), container.flake);
        reading_free(&reading);
}

static void a_container_with_the_hosts_network_has_no_options_of_one(void **state) {
        const ImperativeContainer container = {.name = "a", .system = "/s", .use_host_network = true};
        Arena arena = ARENA_NULL;
        Buffer buffer = BUFFER_NULL;

        (void)state;
        assert_int_equal(imperative_format(&container, &buffer), 0);
        assert_string_equal(
                strstr(text_of(&arena, &buffer), "version"), "version: 1\ncontainers:\n  \"a\":\n    system: \"/s\"\n");
        arena_free(&arena);
}

static void what_is_no_port_is_refused(void **state) {
        static const char *const wrong[] = {
                "", "x", "80:", ":80", "80:80:80", "65536", "-1", "4294967376", "sctp:80", "tcp:", "80 }", "8 0"};

        (void)state;
        for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
                const char *ports[] = {wrong[i]};
                const ImperativeContainer container = {.name = "a", .system = "/s", .ports = ports, .ports_length = 1};
                Capture capture = capture_start(stderr);
                Buffer buffer = BUFFER_NULL;
                bool good = imperative_format(&container, &buffer) >= 0;
                char *said = capture_end(&capture);

                buffer_free(&buffer);
                if (good || said[0] == '\0')
                        fail_msg("\"%s\": %s", wrong[i], said);
                free(said);
        }
}

/* A manifest, and what it is with another system. */
typedef struct Case {
        const char *before, *flake, *after;
} Case;

static const Case replacements[] = {
        {"version: 1\ncontainers: { a: { system: /old } }\n", NULL,
                "version: 1\ncontainers: { a: { system: \"/new\" } }\n"},
        {"version: 1\ncontainers:\n  a:\n    system: \"/old\\\"x\" # mine\n    autoStart: true\n", NULL,
                "version: 1\ncontainers:\n  a:\n    system: \"/new\" # mine\n    autoStart: true\n"},
        {"version: 1\ncontainers:\n  a:\n    system: '/old'\n", NULL,
                "version: 1\ncontainers:\n  a:\n    system: \"/new\"\n"},
        {"version: 1\ncontainers:\n  a:\n    system: '/o\\ld'\n", NULL,
                "version: 1\ncontainers:\n  a:\n    system: \"/new\"\n"},
        {"version: 1\ncontainers:\n  a:\n    system: /o l#d # mine\n", NULL,
                "version: 1\ncontainers:\n  a:\n    system: \"/new\" # mine\n"},
        {"version: 1\ncontainers:\n  a:\n    system:\n      /old\n    tmpfs: [/x]\n", NULL,
                "version: 1\ncontainers:\n  a:\n    system:\n      \"/new\"\n    tmpfs: [/x]\n"},
        {"version: 1\ncontainers: { a: { tmpfs: [/ä], system: /old } }", NULL,
                "version: 1\ncontainers: { a: { tmpfs: [/ä], system: \"/new\" } }"},
        {"# x\n# flake: \"u\"\n# y\nversion: 1\ncontainers: { a: { system: /old } }\n", "v",
                "# x\n# flake: \"v\"\n# y\nversion: 1\ncontainers: { a: { system: \"/new\" } }\n"},
        {"# x\n# flake: \"u\"\n# y\nversion: 1\ncontainers: { a: { system: /old } }\n", NULL,
                "# x\n# y\nversion: 1\ncontainers: { a: { system: \"/new\" } }\n"},
        {"# x\nversion: 1\ncontainers: { a: { system: /old } }\n", "v",
                "# x\n# flake: \"v\"\nversion: 1\ncontainers: { a: { system: \"/new\" } }\n"},
        {"version: 1\ncontainers: { a: { system: /old } }\n# flake: no\n", NULL,
                "version: 1\ncontainers: { a: { system: \"/new\" } }\n# flake: no\n"},
};

static void another_system_changes_nothing_else_in_a_manifest(void **state) {
        (void)state;
        for (size_t i = 0; i < sizeof(replacements) / sizeof(replacements[0]); i++) {
                const Case *c = &replacements[i];
                const Buffer before = {.text = (char *)(uintptr_t)c->before, .length = strlen(c->before)};
                Reading reading;
                Buffer buffer = BUFFER_NULL;

                reading_init(&reading);
                reading_add(&reading, "a.yaml", c->before);
                assert_string_equal(reading_said(&reading), "");
                assert_int_equal(
                        imperative_replace_system(reading.manifest.containers[0], &before, "/new", c->flake, &buffer),
                        0);
                assert_string_equal(text_of(&reading.arena, &buffer), c->after);
                reading_free(&reading);
        }
}

static void a_manifest_without_a_system_is_left_alone(void **state) {
        char text[] = "version: 1\ncontainers: { a: { autoStart: true } }\n";
        Reading reading;
        Buffer buffer = BUFFER_NULL;
        Capture capture;
        char *said;

        (void)state;
        reading_init(&reading);
        reading_add(&reading, "a.yaml", text);
        capture = capture_start(stderr);
        assert_true(imperative_replace_system(reading.manifest.containers[0],
                            &(Buffer){.text = text, .length = strlen(text)}, "/new", NULL, &buffer) < 0);
        said = capture_end(&capture);
        assert_non_null(strstr(said, " a.yaml "));
        free(said);
        assert_int_equal(buffer.length, 0);
        reading_free(&reading);
}

/* Whoever edits it meanwhile may cut it anywhere. */
static void nothing_is_read_beyond_the_end_of_a_manifest_that_is_shorter_by_now(void **state) {
        (void)state;
        for (size_t i = 0; i < sizeof(replacements) / sizeof(replacements[0]); i++) {
                const Case *c = &replacements[i];
                Reading reading;

                reading_init(&reading);
                reading_add(&reading, "a.yaml", c->before);
                for (size_t length = 0; length < strlen(c->before); length++) {
                        Buffer cut = {.text = malloc(length + 1), .length = length}, buffer = BUFFER_NULL;
                        Capture capture = capture_start(stderr);

                        memcpy(cut.text, c->before, length);
                        if (imperative_replace_system(
                                    reading.manifest.containers[0], &cut, "/new", c->flake, &buffer) >= 0)
                                assert_non_null(memmem(buffer.text, buffer.length, "\"/new\"", 6));
                        free(capture_end(&capture));
                        (void)imperative_flake(&reading.arena, &cut);
                        buffer_free(&buffer);
                        free(cut.text);
                }
                reading_free(&reading);
        }
}

static void a_flake_is_found_in_the_comments_at_the_start(void **state) {
        static const struct {
                const char *text, *flake;
        } cases[] = {
                {"# flake: \"github:a/b#c\"\nversion: 1\n", "github:a/b#c"},
                {"# x\n# flake: \"a\"\n# flake: \"b\"\n", "a"},
                {"# flake: \"a\\\"b\\\\c\"\n", "a\"b\\c"},
                /* As somebody may write it. */
                {"# flake: github:a/b\nversion: 1\n", "github:a/b"},
                {"# flake: \"a\\b\"\r\n", "a\\b"},
                {"# flake: \"a\"", "a"},
                {"# flake:  \n", ""},
                {"# flake: \"\n", ""},
                {"# flake: ", NULL},
                {"# flakes: \"a\"\n", NULL},
                {"version: 1\n# flake: \"a\"\n", NULL},
                {"# x", NULL},
                {"", NULL},
        };
        Arena arena = ARENA_NULL;

        (void)state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                const Buffer manifest = {.text = (char *)(uintptr_t)cases[i].text, .length = strlen(cases[i].text)};
                const char *flake = imperative_flake(&arena, &manifest);

                if (cases[i].flake ? !flake || strcmp(flake, cases[i].flake) != 0 : flake != NULL)
                        fail_msg("%s: %s", cases[i].text, flake ? flake : "none");
        }
        arena_free(&arena);
}

/* U+0085, U+2028 and U+2029 end a line of YAML, and with it the comment. */
static void a_flake_stays_in_its_comment_whatever_is_in_it(void **state) {
        const ImperativeContainer container = {
                .name = "a", .flake = "f\xc2\x85version: 2\u2028\u2029\nversion: 3\\\"", .system = "/s"};
        Reading reading;
        Buffer buffer = BUFFER_NULL;
        char *text;

        (void)state;
        reading_init(&reading);
        assert_int_equal(imperative_format(&container, &buffer), 0);
        text = text_of(&reading.arena, &buffer);
        reading_add(&reading, "a.yaml", text);
        assert_string_equal(reading_said(&reading), "");
        assert_string_equal(
                imperative_flake(&reading.arena, &(Buffer){.text = text, .length = strlen(text)}), container.flake);
        reading_free(&reading);
}

static void of_several_ports_the_first_that_is_none_is_named(void **state) {
        const char *ports[] = {"80", "x", "y"};
        const ImperativeContainer container = {.name = "a", .system = "/s", .ports = ports, .ports_length = 3};
        Capture capture = capture_start(stderr);
        Buffer buffer = BUFFER_NULL;
        bool good = imperative_format(&container, &buffer) >= 0;
        char *said = capture_end(&capture);

        (void)state;
        buffer_free(&buffer);
        assert_false(good);
        assert_non_null(strstr(said, "\"x\""));
        free(said);
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_new_manifest_has_what_was_asked_for_and_can_be_read),
                cmocka_unit_test(a_container_with_the_hosts_network_has_no_options_of_one),
                cmocka_unit_test(what_is_no_port_is_refused),
                cmocka_unit_test(another_system_changes_nothing_else_in_a_manifest),
                cmocka_unit_test(a_manifest_without_a_system_is_left_alone),
                cmocka_unit_test(a_flake_stays_in_its_comment_whatever_is_in_it),
                cmocka_unit_test(of_several_ports_the_first_that_is_none_is_named),
                cmocka_unit_test(nothing_is_read_beyond_the_end_of_a_manifest_that_is_shorter_by_now),
                cmocka_unit_test(a_flake_is_found_in_the_comments_at_the_start),
        };

        return cmocka_run_group_tests_name("imperative-manifest", tests, NULL, NULL);
}
