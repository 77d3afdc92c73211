/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/socket.h>
#include <sys/un.h>

#include "records.h"
#include "runtime/start.h"
#include "runtime/stop.h"

#define WHOLE "[Service]\n" END

/* What there is of the unit, one moment after the other. */
static const char *const parts[] = {
        "", "[Service]", "[Service]\n", "[Service]\n# End of", "# End of container@", WHOLE "x", WHOLE "\n", WHOLE};

static void write_the_next_part(void) {
        write_text(unit_path("web"), parts[steps - 1]);
}

static void a_start_waits_until_the_generator_has_written_the_unit_to_its_end(void **state) {
        (void)state;
        in_step = write_the_next_part;
        assert_return_code(SAYING(container_create(UNITS, "web")), 0);
        SAYS_NOTHING();
        assert_int_equal(steps, sizeof(parts) / sizeof(parts[0]));
        assert_file("web/unit", parts[steps - 1]);
}

#define CONTINUED "[Service]\n\n# Continued in nixos-containers.sections\n"
#define SECTIONS "# Written.\n\n[container@webs.service]\n\n[X-Claims]\nno\n\n# End of container@webs.service\n"
#define SECTIONS_FROM_HERE                                                                                             \
        "\n[container@web.service]\n\n[X-Claims]\ntcp 80\n\n[X-Manifest]\n# End of container@web.service\n\n"

/* What there is of its sections, one moment after the other. In the end, the unit is that of the next run of the generator. */
static const char *const sections[] = {NULL, "", "# Written.\n", "# Written.\n\n[container@web.service]\n", SECTIONS,
        SECTIONS SECTIONS_FROM_HERE, SECTIONS SECTIONS_FROM_HERE "# End of container@web.servic",
        SECTIONS SECTIONS_FROM_HERE END "\n[container@x.service]\n"};

static void write_the_next_sections(void) {
        if (sections[steps])
                write_text(UNITS "/" SECTIONS_FILE, sections[steps]);
}

static void a_start_waits_until_the_generator_has_written_the_sections_of_the_unit(void **state) {
        (void)state;
        write_text(unit_path("web"), CONTINUED);
        in_step = write_the_next_sections;
        assert_return_code(SAYING(container_create(UNITS, "web")), 0);
        SAYS_NOTHING();
        assert_int_equal(steps + 1, sizeof(sections) / sizeof(sections[0]));
        assert_file(
                "web/unit", "[Service]\n\n[X-Claims]\ntcp 80\n\n[X-Manifest]\n# End of container@web.service\n\n" END);
        assert_file("web/claims", "tcp 80\n\n");
        assert_file("web/manifest.yaml", " End of container@web.service\n");
}

/* What happens while a file is looked at. */
static void (*in_fstat)(void);

int fstat(int fd, struct stat *status) {
        if (in_fstat)
                in_fstat();
        return fstatat(fd, "", status, AT_EMPTY_PATH);
}

static void reload(void) {
        in_fstat = NULL;
        assert_return_code(unlink(unit_path("web")), errno);
        write_text(unit_path("web"), "[Service]\nExecStart=/new\n\n# Continued in nixos-containers.sections\n");
}

static void a_unit_and_its_sections_are_of_one_run_of_the_generator(void **state) {
        (void)state;
        write_text(unit_path("web"), CONTINUED);
        write_text(UNITS "/" SECTIONS_FILE, SECTIONS SECTIONS_FROM_HERE END);
        in_fstat = reload;
        assert_return_code(SAYING(container_create(UNITS, "web")), 0);
        SAYS_NOTHING();
        assert_int_equal(steps, 1);
        assert_file("web/unit", "[Service]\nExecStart=/new\n\n[X-Claims]\ntcp 80\n\n[X-Manifest]\n# End of "
                                "container@web.service\n\n" END);
}

static int listener, told;

static void read_what_systemd_is_told(void) {
        char message[64];
        ssize_t n = recv(listener, message, sizeof(message) - 1, MSG_DONTWAIT);

        if (n < 0)
                return;
        message[n] = '\0';
        assert_string_equal(message, "EXTEND_TIMEOUT_USEC=90000000");
        told++;
}

static void a_unit_that_does_not_come_is_said_and_systemd_is_told_each_second_of_the_wait(void **state) {
        struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "/run/notify"};

        (void)state;
        listener = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        assert_return_code(bind(listener, (struct sockaddr *)&address, sizeof(address)), errno);
        setenv("NOTIFY_SOCKET", address.sun_path, 1);
        told = 0;
        in_step = read_what_systemd_is_told;
        assert_true(SAYING(container_create(UNITS, "web")) < 0);
        MENTIONS(UNITS "/container@web.service", "missing", "systemctl daemon-reload");
        assert_int_equal(steps, 60 * 1000 / 20);
        assert_int_equal(told, 60);
        close(listener);
        assert_false(is_there("web"));
}

static void a_unit_that_is_never_whole_is_said(void **state) {
        (void)state;
        write_text(unit_path("web"), "[Service]\n");
        assert_true(SAYING(container_create(UNITS, "web")) < 0);
        MENTIONS(UNITS "/container@web.service", "incomplete", "systemctl daemon-reload");
}

static void a_unit_that_cannot_be_read_is_not_waited_for(void **state) {
        (void)state;
        assert_return_code(mkdir(unit_path("web"), 0755), errno);
        assert_true(SAYING(container_create(UNITS, "web")) < 0);
        MENTIONS(UNITS "/container@web.service", strerror(EISDIR));
        assert_int_equal(steps, 0);
}

/* Blue has a port, and green is to have it too. */
static void start_blue(void) {
        declare("blue", "tcp:80\n");
        declare("green", "tcp:8080\ntcp:80\n");
        assert_return_code(container_create(UNITS, "blue"), 0);
}

static void assert_refused(int waits) {
        assert_true(SAYING(container_create(UNITS, "green")) < 0);
        assert_non_null(strstr(said, "Container green cannot start: tcp:80 is in use by container blue.\n"));
        assert_int_equal(steps, waits);
        assert_string_equal(holder_of("tcp:80"), "blue");
        /* It keeps nothing of what it could have. */
        assert_string_equal(holder_of("tcp:8080"), "");
        assert_false(is_there("green"));
}

static void what_another_container_has_and_keeps_is_refused_at_once(void **state) {
        (void)state;
        start_blue();
        assert_refused(0);
}

static void stop_blue_in_the_end(void) {
        if (steps == 3)
                assert_return_code(container_remove("blue"), 0);
}

static void assert_waits(void) {
        in_step = stop_blue_in_the_end;
        assert_return_code(SAYING(container_create(UNITS, "green")), 0);
        MENTIONS("green", "waiting", "blue", "tcp:80");
        assert_int_equal(steps, 3);
        assert_string_equal(holder_of("tcp:80"), "green");
        assert_string_equal(holder_of("tcp:8080"), "green");
}

static void what_another_container_is_no_longer_declared_with_is_waited_for(void **state) {
        (void)state;
        start_blue();
        declare("blue", "tcp:81\n");
        assert_waits();
}

static void what_a_container_has_that_is_no_longer_declared_is_waited_for(void **state) {
        char path[192];

        (void)state;
        start_blue();
        snprintf(path, sizeof(path), "%s.d", unit_path("blue"));
        assert_return_code(mkdir(path, 0755), errno);
        strcat(path, "/" RETIRED_DROP_IN);
        write_text(path, "");
        assert_waits();
}

static void declare_blue_again(void) {
        if (steps == 2)
                declare("blue", "tcp:80\n");
}

static void while_the_generator_writes_nobody_is_taken_to_be_no_longer_declared(void **state) {
        (void)state;
        start_blue();
        assert_return_code(unlink(unit_path("blue")), errno);
        in_step = declare_blue_again;
        assert_refused(2);
}

static void what_is_not_given_up_after_all_is_refused_in_the_end(void **state) {
        (void)state;
        start_blue();
        declare("blue", "");
        assert_refused(30 * 1000 / 20);
}

static void a_container_that_is_declared_with_errors_keeps_what_it_has(void **state) {
        (void)state;
        start_blue();
        write_text(unit_path("blue"), "[Unit]\nDescription=There are errors.\n");
        assert_refused(0);
}

static void a_container_whose_unit_cannot_be_read_keeps_what_it_has(void **state) {
        (void)state;
        start_blue();
        assert_return_code(unlink(unit_path("blue")), errno);
        assert_return_code(mkdir(unit_path("blue"), 0755), errno);
        assert_refused(0);
}

static void a_container_whose_record_cannot_be_read_keeps_what_it_has(void **state) {
        (void)state;
        start_blue();
        assert_return_code(unlink(at("blue/claims")), errno);
        assert_return_code(mkdir(at("blue/claims"), 0755), errno);
        assert_refused(0);
        assert_non_null(strstr(said, RECORDS_DIRECTORY "/blue/claims: Is a directory\n"));
}

static void what_a_container_has_by_no_record_is_free(void **state) {
        (void)state;
        start_blue();
        assert_return_code(symlink("gone", at(CLAIMS_DIRECTORY "/tcp:8080")), errno);
        assert_return_code(container_remove("blue"), 0);
        declare("blue", "tcp:81\n");
        assert_return_code(container_create(UNITS, "blue"), 0);
        assert_return_code(symlink("blue", at(CLAIMS_DIRECTORY "/tcp:80")), errno);
        assert_return_code(SAYING(container_create(UNITS, "green")), 0);
        SAYS_NOTHING();
        assert_string_equal(holder_of("tcp:80"), "green");
        assert_string_equal(holder_of("tcp:8080"), "green");
}

static void the_end_of_a_container_without_a_record_gives_up_what_it_has(void **state) {
        (void)state;
        start_blue();
        assert_return_code(symlink("green", at(CLAIMS_DIRECTORY "/tcp:8080")), errno);
        assert_return_code(symlink("greed", at(CLAIMS_DIRECTORY "/tcp:81")), errno);
        assert_return_code(SAYING(container_remove("green")), 0);
        SAYS_NOTHING();
        assert_string_equal(holder_of("tcp:8080"), "");
        assert_string_equal(holder_of("tcp:80"), "blue");
        assert_string_equal(holder_of("tcp:81"), "greed");
}

static void a_record_has_the_manifest_of_the_container(void **state) {
        static const struct {
                const char *section, *manifest;
        } cases[] = {
                {"", ""},
                {"[X-Manifest]\n\n", ""},
                {"[X-Manifest]\n## Its entry there.\n#version: 1\n#containers:\n\n",
                        "# Its entry there.\nversion: 1\ncontainers:\n"},
                /* A line too long for systemd is continued. */
                {"[X-Manifest]\n#a: \"b\n;c\n;d\"\n#e: 1\n\n", "a: \"bcd\"\ne: 1\n"},
                {"[X-Manifest]\n#a: 1\n#\n#b: 2\n", "a: 1\n\nb: 2\n End of container@web.service\n"},
                {"[X-Manifest]\n#a: 1\nx\n#b: 2\n\n", "a: 1\n"},
                {"[X-Manifest]\n#a: 1\n\n[X-More]\n#b: 2\n\n", "a: 1\n"},
        };
        char unit[256];

        (void)state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                snprintf(unit, sizeof(unit), "[Service]\n%s%s", cases[i].section, END);
                write_text(unit_path("web"), unit);
                assert_return_code(container_create(UNITS, "web"), 0);
                assert_file("web/manifest.yaml", cases[i].manifest);
        }
}

static void a_full_run_is_said_with_the_file_that_could_not_be_written(void **state) {
        (void)state;
        declare("web", "");
        mkdir(RECORDS_DIRECTORY, 0755);
        /* Of one page, which the first of its files takes. */
        assert_int_equal(mount("tmpfs", RECORDS_DIRECTORY, "tmpfs", 0, "size=1"), 0);
        assert_true(SAYING(container_create(UNITS, "web")) < 0);
        MENTIONS(RECORDS_DIRECTORY "/.web.new/unit", strerror(ENOSPC));
        assert_int_equal(umount(RECORDS_DIRECTORY), 0);
}

static void a_start_removes_the_note_that_it_is_to_follow(void **state) {
        (void)state;
        assert_return_code(record_mark_start("web"), 0);
        assert_return_code(record_mark_start("web"), 0);
        assert_true(is_there(".web.start"));
        declare("web", "");
        assert_return_code(container_create(UNITS, "web"), 0);
        assert_false(is_there(".web.start"));
}

int main(void) {
#define TEST(function) cmocka_unit_test_setup(function, start_test)
        static const struct CMUnitTest tests[] = {
                TEST(a_start_waits_until_the_generator_has_written_the_unit_to_its_end),
                TEST(a_start_waits_until_the_generator_has_written_the_sections_of_the_unit),
                TEST(a_unit_and_its_sections_are_of_one_run_of_the_generator),
                TEST(a_unit_that_does_not_come_is_said_and_systemd_is_told_each_second_of_the_wait),
                TEST(a_unit_that_is_never_whole_is_said),
                TEST(a_unit_that_cannot_be_read_is_not_waited_for),
                TEST(what_another_container_has_and_keeps_is_refused_at_once),
                TEST(what_another_container_is_no_longer_declared_with_is_waited_for),
                TEST(what_a_container_has_that_is_no_longer_declared_is_waited_for),
                TEST(while_the_generator_writes_nobody_is_taken_to_be_no_longer_declared),
                TEST(what_is_not_given_up_after_all_is_refused_in_the_end),
                TEST(a_container_that_is_declared_with_errors_keeps_what_it_has),
                TEST(a_container_whose_unit_cannot_be_read_keeps_what_it_has),
                TEST(a_container_whose_record_cannot_be_read_keeps_what_it_has),
                TEST(what_a_container_has_by_no_record_is_free),
                TEST(the_end_of_a_container_without_a_record_gives_up_what_it_has),
                TEST(a_record_has_the_manifest_of_the_container),
                TEST(a_full_run_is_said_with_the_file_that_could_not_be_written),
                TEST(a_start_removes_the_note_that_it_is_to_follow),
        };

        return own_run("start") ? cmocka_run_group_tests_name("start", tests, NULL, NULL) : 0;
}
