/* SPDX-License-Identifier: MIT */
#include "own-run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "capture.h"
#include "cli/host.h"
#include "manifest/model.h"
#include "state/record.h"

#define MANIFEST(containers) "version: 1\ncontainers: {" containers "}\n"

/* Writes @text to the file @name of the record of @container, and makes the record where @name is NULL. */
static void record(const char *container, const char *name, const char *text) {
        char path[256];

        mkdir(RECORDS_DIRECTORY, 0755);
        snprintf(path, sizeof(path), RECORDS_DIRECTORY "/%s", container);
        mkdir(path, 0755);
        snprintf(path, sizeof(path), RECORDS_DIRECTORY "/%s/%s", container, name);
        if (name)
                write_text(path, text);
}

static int set_up(void **state) {
        (void)state;
        return own_directory("/run") && own_directory("/etc") && mkdir(MANIFESTS_DIRECTORY, 0755) == 0 ? 0 : -1;
}

static int tear_down(void **state) {
        (void)state;
        return umount2("/run", MNT_DETACH) == 0 && umount2("/etc", MNT_DETACH) == 0 ? 0 : -1;
}

static void all_that_are_declared_or_run_are_there_by_name(void **state) {
        Host host = HOST_NULL;

        (void)state;
        write_text(MANIFESTS_DIRECTORY "/a.yaml", MANIFEST("b: {system: /b}, a/b: {system: /x}, a: {system: /a}"));
        write_text(MANIFESTS_DIRECTORY "/b.yaml", MANIFEST("b: {system: /other}"));
        record("b", NULL, NULL);
        record("gone", NULL, NULL);
        record(".claims", NULL, NULL);
        host_read(&host);
        assert_int_equal(host.length, 3);
        assert_string_equal(host.containers[0].name, "a");
        assert_true(host.containers[0].declared && !host.containers[0].has_record);
        assert_string_equal(host.containers[1].name, "b");
        assert_string_equal(host.containers[1].declared->system.text, "/b");
        assert_true(host.containers[1].has_record);
        assert_string_equal(host.containers[2].name, "gone");
        assert_true(!host.containers[2].declared && host.containers[2].has_record);
        assert_ptr_equal(host_look_up(&host, "gone"), &host.containers[2]);
        assert_null(host_look_up(&host, "a/b"));
        host_free(&host);
}

static void there_can_be_many(void **state) {
        char *text = calloc(1, 10000), name[16];
        size_t length = 0;
        Host host = HOST_NULL;

        (void)state;
        assert_non_null(text);
        length += (size_t)sprintf(text, "version: 1\ncontainers:\n");
        for (int i = 0; i < 200; i++)
                length += (size_t)sprintf(text + length, "  c%i: {system: /s%i}\n", i, i);
        write_text(MANIFESTS_DIRECTORY "/a.yaml", text);
        host_read(&host);
        assert_int_equal(host.length, 200);
        for (int i = 0; i < 200; i++) {
                snprintf(name, sizeof(name), "c%i", i);
                assert_string_equal(host_look_up(&host, name)->name, name);
        }
        host_free(&host);
        free(text);
}

static const struct {
        const char *manifest, *name, *said;
} missing[] = {
        {NULL, "web", "/etc/nixos-containers"},
        {MANIFEST("wed: {system: /x}"), "web", "\"wed\""},
        {MANIFEST("b: {system: /x}, a: {system: /x}"), "web", ": a, b\n"},
        /* There may be more than are seen, and only what is an error is said. */
        {"version: 1\ncontainers: {a: {system: /x, privateNetwork: false, hostAddress: 10.0.0.1}, ", "web",
                ": a\n"
                "/etc/nixos-containers/a.yaml:3:1: containers: while parsing a flow node: did not find expected node "
                "content\n"},
};

static void of_one_that_is_not_there_it_is_said_which_are(void **state) {
        (void)state;
        for (size_t i = 0; i < sizeof(missing) / sizeof(missing[0]); i++) {
                Capture capture;
                char *said;
                Host host = HOST_NULL;

                if (missing[i].manifest)
                        write_text(MANIFESTS_DIRECTORY "/a.yaml", missing[i].manifest);
                host_read(&host);
                capture = capture_start(stderr);
                assert_null(host_find(&host, missing[i].name));
                said = capture_end(&capture);
                assert_non_null(strstr(said, missing[i].said));
                free(said);
                host_free(&host);
        }
}

static const struct {
        bool declared;
        const char *manifest, *system; /* of the record; NULL: there is none */
        bool runs;
        const char *found;
} systems[] = {
        {true, NULL, NULL, false, "/declared"},
        {true, MANIFEST("web: {system: /started}"), NULL, true, "/started"},
        /* It was reloaded. */
        {true, MANIFEST("web: {system: /started}"), "/reloaded\n", true, "/reloaded"},
        {false, MANIFEST("web: {system: /started}"), "/reloaded\n", true, "/reloaded"},
        {true, NULL, "/reloaded\n", true, "/reloaded"},
        /* Not a whole line. */
        {true, MANIFEST("web: {system: /started}"), "/reloa", true, "/started"},
        {true, MANIFEST("web: {system: /started}"), "", true, "/started"},
        {true, MANIFEST(""), NULL, true, NULL},
        {false, NULL, NULL, true, NULL},
};

static void the_system_is_the_one_that_runs_or_would(void **state) {
        (void)state;
        for (size_t i = 0; i < sizeof(systems) / sizeof(systems[0]); i++) {
                const char *found;
                Host host = HOST_NULL;

                assert_int_equal(tear_down(NULL) || set_up(NULL), 0);
                if (systems[i].declared)
                        write_text(MANIFESTS_DIRECTORY "/a.yaml", MANIFEST("web: {system: /declared}"));
                if (systems[i].runs)
                        record("web", NULL, NULL);
                if (systems[i].manifest)
                        record("web", RECORD_MANIFEST, systems[i].manifest);
                if (systems[i].system)
                        record("web", RECORD_SYSTEM, systems[i].system);
                host_read(&host);
                assert_int_equal(host.length, 1);
                found = host_system(&host, &host.containers[0]);
                assert_string_equal(found ? found : "", systems[i].found ? systems[i].found : "");
                host_free(&host);
        }
}

static void what_is_wrong_with_one_is_said_of_it_alone(void **state) {
        Capture capture;
        char *said;
        Host host = HOST_NULL;

        (void)state;
        write_text(MANIFESTS_DIRECTORY "/a.yaml",
                MANIFEST("bad: {system: x, privateNetwork: false, hostAddress: 10.0.0.1}, good: {system: /x}, "
                         "worse: {}"));
        record("gone", NULL, NULL);
        host_read(&host);
        capture = capture_start(stderr);
        assert_true(host_log_errors(&host, host_look_up(&host, "bad")));
        assert_false(host_log_errors(&host, host_look_up(&host, "good")));
        assert_false(host_log_errors(&host, host_look_up(&host, "gone")));
        assert_false(log_unread(&host.manifest));
        said = capture_end(&capture);
        assert_ptr_equal(strstr(said, "/etc/nixos-containers/a.yaml:2:28: containers.bad.system: \"x\" "), said);
        assert_ptr_equal(strchr(said, '\n'), said + strlen(said) - 1);
        free(said);
        host_free(&host);
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(all_that_are_declared_or_run_are_there_by_name, set_up, tear_down),
                cmocka_unit_test_setup_teardown(there_can_be_many, set_up, tear_down),
                cmocka_unit_test_setup_teardown(of_one_that_is_not_there_it_is_said_which_are, set_up, tear_down),
                cmocka_unit_test_setup_teardown(the_system_is_the_one_that_runs_or_would, set_up, tear_down),
                cmocka_unit_test_setup_teardown(what_is_wrong_with_one_is_said_of_it_alone, set_up, tear_down),
        };

        return own_run("host") ? cmocka_run_group_tests_name("host", tests, NULL, NULL) : 0;
}
