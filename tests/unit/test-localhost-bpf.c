/* SPDX-License-Identifier: MIT */
#include "own-run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <net/if.h>
#include <sys/ioctl.h>

#include "capture.h"
#include "localhost-forwards.h"
#include "runtime/localhost-bpf.h"
#include "runtime/localhost.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define LINE "8080 10.0.0.2:80 127.0.0.1:8080 [::1]:8080\n"
#define FORWARDED "tcp 127.0.0.0/8:8080 10.0.0.2:80\ntcp [::1]:8080 10.0.0.2:80\n"
#define OTHER "udp:53 10.0.0.2:53 127.0.0.1:53\n"

static Buffer buffer_of(const char *text) {
        Buffer buffer = BUFFER_NULL;

        buffer_append(&buffer, text, strlen(text));
        return buffer;
}

static int compare_lines(const void *a, const void *b) {
        return strcmp(*(char *const *)a, *(char *const *)b);
}

/* What there is, in the order of its letters; free(3) it. */
static char *forwards(void) {
        char *text = NULL, *sorted = calloc(1, 4096), *lines[64], *rest;
        size_t size, length = 0;
        FILE *file = open_memstream(&text, &size);

        localhost_forwards(file);
        fclose(file);
        rest = text;
        for (char *line; length < LENGTH(lines) && (line = strsep(&rest, "\n")) && *line;)
                lines[length++] = line;
        qsort(lines, length, sizeof(lines[0]), compare_lines);
        for (size_t i = 0; i < length; i++)
                strcat(strcat(sorted, lines[i]), "\n");
        free(text);
        return sorted;
}

static void expect_forwards(const char *expected) {
        char *found = forwards();

        assert_string_equal(found, expected);
        free(found);
        if (*expected == '\0')
                assert_int_equal(access(LOCALHOST_DIRECTORY, F_OK), -1);
}

/* Forwards what is in @lines. Returns what is left of that. */
static char *forward(const char *lines, const char *except, const char *said) {
        Buffer text = buffer_of(lines), but = buffer_of(except), rest = BUFFER_NULL;
        Capture capture = capture_start(stderr);
        char *messages, *left;

        localhost_forward("web", &text, &but, &rest);
        messages = capture_end(&capture);
        assert_string_equal(messages, said);
        free(messages);
        left = strndup(rest.text ? rest.text : "", rest.length);
        buffer_free(&text);
        buffer_free(&but);
        buffer_free(&rest);
        return left;
}

static void forward_all(const char *lines) {
        char *left = forward(lines, "", "");

        assert_string_equal(left, "");
        free(left);
}

static void end(const char *lines, const char *except) {
        Buffer text = buffer_of(lines), but = buffer_of(except);

        assert_return_code(localhost_close("web", &text, &but), 0);
        buffer_free(&text);
        buffer_free(&but);
}

static const struct {
        const char *lines, *forwards, *rest;
} cases[] = {
        {LINE, FORWARDED, ""},
        {"127.0.0.1:81 10.0.0.2:81 127.0.0.1:81\n", "tcp 127.0.0.1:81 10.0.0.2:81\n", ""},
        {"127.1.2.3:81 10.0.0.2:81 127.1.2.3:81\n", "tcp 127.1.2.3:81 10.0.0.2:81\n", ""},
        {"0.0.0.0:82 10.0.0.2:8082 127.0.0.1:82\n", "tcp 127.0.0.0/8:82 10.0.0.2:8082\n", ""},
        {":::83 10.0.0.2:83 [::1]:83\n", "tcp [::1]:83 10.0.0.2:83\n", ""},
        {"udp:53 10.0.0.2:53 127.0.0.1:53\nudp:53 [fd00::2]:53 [::1]:53\n",
                "udp 127.0.0.0/8:53 10.0.0.2:53\nudp [::1]:53 [fd00::2]:53\n", ""},
        /* An IPv4 socket cannot connect to an IPv6 address. */
        {"80 [fd00::2]:80 127.0.0.1:80 [::1]:80\n", "tcp [::1]:80 [fd00::2]:80\n", "80 [fd00::2]:80 127.0.0.1:80\n"},
        /* What is none of them. */
        {"# " LINE "\n80\n80 10.0.0.2:80\n", "", ""},
        {"80 10.0.0.2 127.0.0.1:80\n81 10.0.0.2:81 127.0.0.1:0\n", "",
                "80 10.0.0.2 127.0.0.1:80\n81 10.0.0.2:81 127.0.0.1:0\n"},
};

static void each_line_is_forwarded_and_ended(void **state) {
        (void)state;
        for (size_t i = 0; i < LENGTH(cases); i++) {
                char *rest = forward(cases[i].lines, "", "");

                assert_string_equal(rest, cases[i].rest);
                free(rest);
                expect_forwards(cases[i].forwards);
                end(cases[i].lines, "");
                expect_forwards("");
        }
}

static void what_stays_is_not_touched(void **state) {
        (void)state;
        forward_all(LINE);
        free(forward(LINE OTHER, LINE, ""));
        expect_forwards(FORWARDED "udp 127.0.0.0/8:53 10.0.0.2:53\n");
        end(LINE OTHER, OTHER);
        expect_forwards("udp 127.0.0.0/8:53 10.0.0.2:53\n");
        /* Again, and what was not there. */
        end(LINE OTHER, OTHER);
        expect_forwards("udp 127.0.0.0/8:53 10.0.0.2:53\n");
        end(OTHER, "");
        expect_forwards("");
        end(OTHER, "");
}

static void what_another_program_listens_on_stays_its_own(void **state) {
        struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        int tcp = socket(AF_INET, SOCK_STREAM, 0), udp = socket(AF_INET, SOCK_DGRAM, 0), on = 1;
        socklen_t size = sizeof(address);
        char lines[256], said[512], kept[64];
        unsigned port;

        (void)state;
        assert_return_code(bind(tcp, (struct sockaddr *)&address, size), errno);
        assert_return_code(getsockname(tcp, (struct sockaddr *)&address, &size), errno);
        port = ntohs(address.sin_port);
        snprintf(lines, sizeof(lines),
                "%1$u 10.0.0.2:80 127.0.0.1:%1$u [::1]:%1$u\nudp:%1$u 10.0.0.2:80 127.0.0.1:%1$u\n", port);
        snprintf(kept, sizeof(kept), "tcp [::1]:%u 10.0.0.2:80\n", port);
        snprintf(said, sizeof(said),
                "Port %1$u of localhost is not forwarded to container web: another program uses 127.0.0.1:%1$u.\n"
                "Port udp:%1$u of localhost is not forwarded to container web: another program uses 127.0.0.1:%1$u.\n",
                port);
        assert_return_code(setsockopt(udp, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)), errno);
        assert_return_code(bind(udp, (struct sockaddr *)&address, size), errno);
        assert_return_code(listen(tcp, 1), errno);
        free(forward(lines, "", said));
        expect_forwards(kept);
        end(lines, "");
        expect_forwards("");
        close(tcp);
        close(udp);
        forward_all(lines);
        end(lines, "");
}

static void remains_of_a_killed_process_are_removed(void **state) {
        static const char *const names[] = {"new", "old"};

        (void)state;
        for (size_t i = 0; i < LENGTH(names); i++)
                for (int starts = 0; starts < 2; starts++) {
                        forward_all(LINE);
                        assert_return_code(renameat2(AT_FDCWD, LOCALHOST_DIRECTORY "/1", AT_FDCWD,
                                                   i == 0 ? LOCALHOST_DIRECTORY "/new" : LOCALHOST_DIRECTORY "/old", 0),
                                errno);
                        assert_int_equal(access(LOCALHOST_DIRECTORY "/1", F_OK), -1);
                        if (starts) {
                                forward_all(OTHER);
                                expect_forwards("udp 127.0.0.0/8:53 10.0.0.2:53\n");
                        }
                        end(LINE OTHER, "");
                        expect_forwards("");
                }
}

static void forwards_of_another_version_stay_as_long_as_they_are_needed(void **state) {
        (void)state;
        forward_all(LINE);
        assert_return_code(rename(LOCALHOST_DIRECTORY "/1", LOCALHOST_DIRECTORY "/7"), errno);
        forward_all(OTHER);
        assert_int_equal(access(LOCALHOST_DIRECTORY "/1/connect4", F_OK), 0);
        expect_forwards(FORWARDED "udp 127.0.0.0/8:53 10.0.0.2:53\n");
        end(OTHER, "");
        expect_forwards(FORWARDED);
        end(LINE, "");
        expect_forwards("");
}

static void what_cannot_be_loaded_is_left_and_leaves_nothing(void **state) {
        static const char *const said = "Container web: localhost is forwarded by sockets, as BPF cannot be used: ";
        char message[256], *left;

        (void)state;
        assert_return_code(mount("tmpfs", "/sys/fs/cgroup", "tmpfs", 0, NULL), errno);
        snprintf(message, sizeof(message), "%s%s\n", said, strerror(EBADF));
        left = forward(LINE, "", message);
        assert_string_equal(left, LINE);
        free(left);
        expect_forwards("");
        assert_return_code(umount("/sys/fs/cgroup"), errno);
        /* Where others may create directories. */
        assert_return_code(mkdir(LOCALHOST_DIRECTORY, 0755), errno);
        assert_return_code(chown(LOCALHOST_DIRECTORY, 1000, 1000), errno);
        snprintf(message, sizeof(message), "%s" LOCALHOST_DIRECTORY " belongs to another user\n", said);
        left = forward(LINE, "", message);
        assert_string_equal(left, LINE);
        free(left);
        assert_return_code(rmdir(LOCALHOST_DIRECTORY), errno);
}

static bool has_loopback(void) {
        struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP};
        int fd = socket(AF_INET, SOCK_DGRAM, 0);
        bool is_up = fd >= 0 && ioctl(fd, SIOCSIFFLAGS, &request) == 0;

        close(fd);
        return is_up;
}

static bool has_bpf(void) {
        union bpf_attr attributes;

        memset(&attributes, 0, sizeof(attributes));
        return mkdir("/sys/fs", 0755) == 0 && mkdir("/sys/fs/bpf", 0755) == 0 && mkdir("/sys/fs/cgroup", 0755) == 0 &&
               mount("bpf", "/sys/fs/bpf", "bpf", 0, "mode=700") == 0 &&
               mount("cgroup2", "/sys/fs/cgroup", "cgroup2", 0, NULL) == 0 &&
               (syscall(SYS_bpf, BPF_MAP_CREATE, &attributes, sizeof(attributes)) < 0 && errno == EINVAL);
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_line_is_forwarded_and_ended),
                cmocka_unit_test(what_stays_is_not_touched),
                cmocka_unit_test(what_another_program_listens_on_stays_its_own),
                cmocka_unit_test(remains_of_a_killed_process_are_removed),
                cmocka_unit_test(forwards_of_another_version_stay_as_long_as_they_are_needed),
                cmocka_unit_test(what_cannot_be_loaded_is_left_and_leaves_nothing),
        };

        if (!own_run("localhost by BPF"))
                return 0;
        if (unshare(CLONE_NEWNET) < 0 || !own_directory("/sys") || !has_bpf() || !has_loopback()) {
                printf("skipped: localhost by BPF: this takes a network namespace, control groups and bpf(2)\n");
                return 0;
        }
        return cmocka_run_group_tests_name("localhost by BPF", tests, NULL, NULL);
}
