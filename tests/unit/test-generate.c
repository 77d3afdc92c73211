/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "capture.h"
#include "config.h"
#include "generate/generate.h"
#include "manifest/model.h"
#include "reading.h"

/* Generates as a dry run does and returns all that is printed; free(3) it. */
static char *generate_text(Reading *reading) {
        GenerateOptions options = {.root = "/nonexistent", .generator_directory = "/run/systemd/generator"};
        Capture capture = capture_start(stdout);
        Output output;

        model_check(&reading->manifest, "", MODEL_OPTIONS);
        output_open_stdout(&output, options.generator_directory);
        generate(&reading->manifest, &options, &output);
        output_close(&output);
        return capture_end(&capture);
}

static void append(Buffer *buffer, const char *text) {
        buffer_append(buffer, text, strlen(text));
}

static void the_errors_of_one_container_do_not_hide_those_of_another(void **state) {
        Buffer text = BUFFER_NULL;
        Reading reading;
        char *generated, *unit;

        (void)state;
        append(&text, "version: 1\ncontainers:\n  a:\n    system: /s\n    extraFlags:\n");
        for (int i = 0; i < DIAGNOSTICS_MAX + 200; i++)
                append(&text, "      - []\n");
        append(&text, "  b: { system: s, autoStart: 5 }\n");
        reading_init(&reading);
        reading_add_bytes(&reading, "f.yaml", text.text, text.length);
        generated = generate_text(&reading);

        unit = strstr(generated, "# /run/systemd/generator/container@b.service\n");
        assert_non_null(unit);
        assert_non_null(strstr(unit, "\nDescription=Container b (invalid): f.yaml:1206:16: containers.b.system: "));
        assert_non_null(strstr(unit, "\nExecStartPre=:" TOOL_ECHO " \"f.yaml:1206:16: containers.b.system: "));
        assert_non_null(strstr(unit, "\nExecStartPre=:" TOOL_ECHO " \"… and 1 more.\"\n"));
        *unit = '\0';
        assert_non_null(strstr(generated, "\nExecStartPre=:" TOOL_ECHO " \"… and 200 more.\"\n"));
        *unit = '#';
        assert_non_null(strstr(unit, TOOL_FALSE));
        free(generated);
        reading_free(&reading);
        buffer_free(&text);
}

static void the_same_manifest_gives_the_same_bytes(void **state) {
        static const char text[] =
                "version: 1\ncontainers:\n"
                "  a: { system: /s, privateNetwork: true, localAddress: 10.0.0.2, forwardPorts: [{ hostPort: 80 }] }\n"
                "  b: { system: s, autoStart: true }\n";
        char *generated[2];

        (void)state;
        for (int i = 0; i < 2; i++) {
                Reading reading;

                reading_init(&reading);
                reading_add(&reading, "f.yaml", text);
                generated[i] = generate_text(&reading);
                reading_free(&reading);
        }
        assert_string_equal(generated[0], generated[1]);
        free(generated[0]);
        free(generated[1]);
}

static void a_closure_of_too_many_paths_is_named_as_that(void **state) {
        enum { PATHS = 8000 };
        Reading reading;
        Container *container;
        char *generated;

        (void)state;
        reading_init(&reading);
        reading_add(&reading, "f.yaml", "version: 1\ncontainers: { a: { system: /s, closure: /c } }\n");
        container = reading.manifest.containers[0];
        container->rare->store_paths = arena_alloc(&reading.arena, PATHS * sizeof(char *));
        for (int i = 0; i < PATHS; i++)
                container->rare->store_paths[i] =
                        "/nix/store/00000000000000000000000000000000-perl5.40.0-XML-Parser-2.46";
        container->rare->store_paths_length = PATHS;
        generated = generate_text(&reading);
        assert_string_equal(reading_said(&reading), "f.yaml:2:15: containers.a:\n");
        free(generated);
        reading_free(&reading);
}

static void without_containers_nothing_is_generated(void **state) {
        Reading reading;
        char *generated;

        (void)state;
        reading_init(&reading);
        reading_add(&reading, "f.yaml", "version: 1\n");
        generated = generate_text(&reading);
        assert_string_equal(generated, "");
        free(generated);
        reading_free(&reading);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_errors_of_one_container_do_not_hide_those_of_another),
                cmocka_unit_test(the_same_manifest_gives_the_same_bytes),
                cmocka_unit_test(a_closure_of_too_many_paths_is_named_as_that),
                cmocka_unit_test(without_containers_nothing_is_generated),
        };

        return cmocka_run_group_tests_name("generate", tests, NULL, NULL);
}
