/* SPDX-License-Identifier: MIT */
#include "own-run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <sys/un.h>

#include "capture.h"
#include "runtime/localhost.h"
#include "systemd.h"

#define SOCKET "/run/systemd/transient/container-web-80.socket"
#define LINE "80 10.0.0.2:80 127.0.0.1:80 [::1]:80\n"
#define OTHER "81 10.0.0.2:81 127.0.0.1:81\n"

/* Has systemd answer at its private socket, in a process that is its own. With @gone the socket of port 80 goes once it is asked anything. */
static pid_t answer(const char *answers, bool gone) {
        struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "/run/systemd/private"};
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        pid_t pid;

        unlink(address.sun_path);
        write_text("/run/asked", "");
        if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 || listen(fd, 1) < 0)
                abort();
        pid = fork();
        if (pid == 0) {
                Systemd systemd = {.answers = answers, .log = fopen("/run/asked", "ae")};

                for (;;) {
                        int connection = accept4(fd, NULL, NULL, SOCK_CLOEXEC);

                        if (gone)
                                unlink(SOCKET);
                        systemd_serve(&systemd, connection);
                }
        }
        close(fd);
        return pid;
}

static Buffer buffer_of(const char *text) {
        Buffer buffer = BUFFER_NULL;

        buffer_append(&buffer, text, strlen(text));
        return buffer;
}

/* What is done with the ports of @lines, what systemd is asked, and what comes of it. */
typedef struct Case {
        const char *lines, *except, *answers;
        bool there, gone; /* whether there is a socket of port 80, and whether it goes meanwhile */
        bool good;
        const char *asked, *said;
} Case;

static void check(const Case *c, int (*function)(const char *container, const Buffer *lines, const Buffer *except)) {
        Buffer lines = buffer_of(c->lines), except = buffer_of(c->except);
        char *said, *asked;
        Capture capture;
        bool good;
        pid_t pid;

        unlink(SOCKET);
        if (c->there)
                write_text(SOCKET, "");
        pid = answer(c->answers, c->gone);
        capture = capture_start(stderr);
        good = function("web", &lines, &except) >= 0;
        said = capture_end(&capture);
        kill(pid, SIGKILL);
        if (waitpid(pid, NULL, 0) != pid)
                abort();
        asked = text_of("/run/asked");
        assert_string_equal(asked, c->asked);
        assert_string_equal(said, c->said);
        assert_int_equal(good, c->good);
        free(said);
        free(asked);
        buffer_free(&lines);
        buffer_free(&except);
}

#define NO_BPF                                                                                                         \
        "Container web: localhost is forwarded by sockets, as BPF cannot be used: no file system of type bpf at "      \
        "/sys/fs/bpf\n"

/* As at a start. */
static int open_ports(const char *container, const Buffer *lines, const Buffer *except) {
        Buffer rest = BUFFER_NULL;
        int r;

        localhost_forward(container, lines, except, &rest);
        r = localhost_listen(container, &rest);
        buffer_free(&rest);
        return r;
}

static const Case opened[] = {
        {LINE, "", "", .good = true,
                .asked = "Subscribe \nStartTransientUnit container-web-80.socket 127.0.0.1:80 [::1]:80\n",
                .said = NO_BPF},
        {LINE OTHER, LINE, "", .good = true,
                .asked = "Subscribe \nStartTransientUnit container-web-81.socket 127.0.0.1:81\n", .said = NO_BPF},
        {LINE, LINE, "", .good = true, .asked = "", .said = ""},
        {"", "", "", .good = true, .asked = "", .said = ""},
        /* No socket forwards these. */
        {"udp:80 10.0.0.2:80 127.0.0.1:80\nudp:80 [fd00::2]:80 [::1]:80\n" OTHER, "", "", .good = true,
                .asked = "Subscribe \nStartTransientUnit container-web-81.socket 127.0.0.1:81\n",
                .said = NO_BPF "Container web: UDP is not forwarded from localhost.\n"},
        /* What is none of them. */
        {"# " LINE "\n80\n80 10.0.0.2:80\n", "", "", .good = true, .asked = "", .said = ""},
        /* Of a run of the container that has only just ended. */
        {LINE, "", "", .there = true, .good = true,
                .asked = "Subscribe \nStopUnit container-web-80.socket\n"
                         "Subscribe \nStartTransientUnit container-web-80.socket 127.0.0.1:80 [::1]:80\n",
                .said = NO_BPF},
        {LINE OTHER, "", "StartTransientUnit container-web-80.socket: failed", .good = false,
                .asked = "Subscribe \nStartTransientUnit container-web-80.socket 127.0.0.1:80 [::1]:80\n"
                         "StartTransientUnit container-web-81.socket 127.0.0.1:81\n",
                .said = NO_BPF "Failed to forward port 80 of localhost to container web (failed), see: journalctl -u "
                               "container-web-80.socket\n"},
};

static void each_port_is_listened_on_or_it_is_said_that_it_is_not(void **state) {
        (void)state;
        for (size_t i = 0; i < sizeof(opened) / sizeof(opened[0]); i++)
                check(&opened[i], open_ports);
}

static const Case opened_without_ipv6[] = {
        {LINE OTHER, "", "", .good = true,
                .asked = "Subscribe \nStartTransientUnit container-web-80.socket 127.0.0.1:80\n"
                         "StartTransientUnit container-web-81.socket 127.0.0.1:81\n",
                .said = NO_BPF},
        {"::1:80 10.0.0.2:80 [::1]:80\n", "", "StartTransientUnit: failed", .good = false,
                .asked = "Subscribe \nStartTransientUnit container-web-::1:80.socket [::1]:80\n",
                .said = NO_BPF
                "Failed to forward port ::1:80 of localhost to container web (failed), see: journalctl -u "
                "container-web-::1:80.socket\n"},
};

static void a_kernel_without_ipv6_is_not_asked_for_it(void **state) {
        (void)state;
        if (!own_directory("/proc/net"))
                abort();
        for (size_t i = 0; i < sizeof(opened_without_ipv6) / sizeof(opened_without_ipv6[0]); i++)
                check(&opened_without_ipv6[i], open_ports);
        umount("/proc/net");
}

static const Case closed[] = {
        {LINE, "", "", .there = true, .good = true, .asked = "Subscribe \nStopUnit container-web-80.socket\n",
                .said = ""},
        {LINE, LINE, "", .there = true, .good = true, .asked = "", .said = ""},
        {LINE, "", "", .there = false, .good = true, .asked = "", .said = ""},
        {LINE, "", "StopUnit: refused", .there = true, .good = false,
                .asked = "Subscribe \nStopUnit container-web-80.socket\n",
                .said = "Container web: failed to stop container-web-80.socket: It is refused.\n"},
        /* systemd has been about to stop it itself. */
        {LINE, "", "StopUnit: refused", .there = true, .gone = true, .good = true,
                .asked = "Subscribe \nStopUnit container-web-80.socket\n", .said = ""},
};

static void each_port_that_is_listened_on_is_closed(void **state) {
        (void)state;
        for (size_t i = 0; i < sizeof(closed) / sizeof(closed[0]); i++)
                check(&closed[i], localhost_close);
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_port_is_listened_on_or_it_is_said_that_it_is_not),
                cmocka_unit_test(a_kernel_without_ipv6_is_not_asked_for_it),
                cmocka_unit_test(each_port_that_is_listened_on_is_closed),
        };

        if (!own_run("localhost") || !own_directory("/sys") || mkdir("/run/systemd", 0755) < 0 ||
                mkdir("/run/systemd/transient", 0755) < 0)
                return 0;
        return cmocka_run_group_tests_name("localhost", tests, NULL, NULL);
}
