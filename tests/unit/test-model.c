/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <ftw.h>
#include <sys/stat.h>

#include "manifest/model.h"
#include "reading.h"

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw) {
        (void)st, (void)type, (void)ftw;
        return remove(path);
}

/* Has the host below @root a manifest @name, of one container of @container. */
static void declare(const char *root, const char *name, const char *container) {
        char path[256];
        FILE *stream;

        snprintf(path, sizeof(path), "%s/etc", root);
        assert_true(mkdir(path, 0755) == 0 || errno == EEXIST);
        snprintf(path, sizeof(path), "%s" MANIFESTS_DIRECTORY, root);
        assert_true(mkdir(path, 0755) == 0 || errno == EEXIST);
        snprintf(path, sizeof(path), "%s" MANIFESTS_DIRECTORY "/%s", root, name);
        stream = fopen(path, "w");
        assert_non_null(stream);
        fprintf(stream, "version: 1\ncontainers: {%s: {system: /s}}\n", container);
        fclose(stream);
}

/* The containers that are read from files of these names, and what is said. */
typedef struct Case {
        const char *files[4];
        const char *containers, *said;
} Case;

#define NOT_READ(name) MANIFESTS_DIRECTORY "/" name ": (warning)\n"

static const Case cases[] = {
        {{"b.yaml", "a.yaml"}, "c1 c0 ", ""},
        {{"a.yml"}, "", NOT_READ("a.yml")},
        {{"a.json", "b.yaml", "c.YML"}, "c1 ", NOT_READ("a.json") NOT_READ("c.YML")},
        {{"a.YAML", "b.Json"}, "", NOT_READ("a.YAML") NOT_READ("b.Json")},
        {{".yaml", ".yml", ".a.yml", ".a.yaml"}, "", ""},
        {{"yml", "a.yaml.bak", "a.yml~", "README.md"}, "", ""},
};

static void a_file_that_may_be_taken_for_a_manifest_is_not_left_out_without_a_word(void **state) {
        (void)state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                char root[] = "/tmp/test-model.XXXXXX", container[] = "c0";
                const char *containers = "";
                Reading reading = {.arena = ARENA_NULL};

                assert_non_null(mkdtemp(root));
                for (size_t j = 0; j < 4 && cases[i].files[j]; j++, container[1]++)
                        declare(root, cases[i].files[j], container);
                model_load(&reading.manifest, &reading.arena, root, NULL, 0, MODEL_MOUNTS);
                for (size_t j = 0; j < reading.manifest.length; j++)
                        containers = arena_printf(
                                &reading.arena, "%s%s ", containers, reading.manifest.containers[j]->name.text);
                assert_string_equal(containers, cases[i].containers);
                assert_string_equal(reading_said(&reading), cases[i].said);
                assert_false(reading.manifest.is_incomplete);
                reading_free(&reading);
                nftw(root, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
        }
}

static void a_host_without_manifests_declares_nothing(void **state) {
        Reading reading = {.arena = ARENA_NULL};

        (void)state;
        model_load(&reading.manifest, &reading.arena, "/nonexistent", NULL, 0, MODEL_MOUNTS);
        assert_int_equal(reading.manifest.length, 0);
        assert_string_equal(reading_said(&reading), "");
        reading_free(&reading);
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_file_that_may_be_taken_for_a_manifest_is_not_left_out_without_a_word),
                cmocka_unit_test(a_host_without_manifests_declares_nothing),
        };

        return cmocka_run_group_tests_name("model", tests, NULL, NULL);
}
