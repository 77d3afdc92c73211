/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bus/terminal.h"
#include "capture.h"

/* What ends a process that terminals are connected in, and how it then exits. */
#define ENDED 0
#define HUNG_UP 2
#define NOT_CONNECTED 3

/* A terminal that somebody sits at, another one that a program runs at, and the process that connects them. */
typedef struct Place {
        int person;  /* the controlling end of the first */
        int program; /* the end of the second that the program has */
        pid_t pid;
} Place;

static _Noreturn void connect_and_exit(int own, int other, int flags) {
        sigset_t set;
        sd_event *event = NULL;
        Terminal *terminal = NULL;
        int status;

        sigemptyset(&set);
        sigaddset(&set, SIGHUP);
        sigaddset(&set, SIGTERM);
        if (fcntl(own, F_SETFL, flags) < 0 || dup2(own, STDIN_FILENO) < 0 || dup2(own, STDOUT_FILENO) < 0 ||
                sigprocmask(SIG_BLOCK, &set, NULL) < 0 || sd_event_new(&event) < 0 ||
                sd_event_add_signal(event, NULL, SIGTERM, NULL, NULL) < 0 ||
                sd_event_add_signal(event, NULL, SIGHUP, NULL, (void *)(intptr_t)HUNG_UP) < 0)
                abort();
        status = terminal_connect(event, other, &terminal) >= 0 ? sd_event_loop(event) : NOT_CONNECTED;
        terminal_disconnect(terminal);
        sd_event_unref(event);
        exit(status);
}

/* Whether the person's terminal passes on each key as it is typed. */
static bool is_raw(const Place *place) {
        struct termios mode;

        assert_int_equal(tcgetattr(place->person, &mode), 0);
        return !(mode.c_lflag & ICANON) && !(mode.c_lflag & ECHO);
}

static struct winsize size_of(int fd) {
        struct winsize size = {0};

        assert_int_equal(ioctl(fd, TIOCGWINSZ, &size), 0);
        return size;
}

/* Waits up to 10 s. */
#define WAIT_UNTIL(condition)                                                                                          \
        for (int waited = 0; !(condition); waited++) {                                                                 \
                assert_true(waited < 1000);                                                                            \
                usleep(10000);                                                                                         \
        }

static void place_init(Place *place, int flags) {
        struct winsize size = {.ws_row = 33, .ws_col = 77};
        struct termios raw;
        int own, other;

        assert_int_equal(openpty(&place->person, &own, NULL, NULL, &size), 0);
        assert_int_equal(openpty(&other, &place->program, NULL, NULL, NULL), 0);
        assert_int_equal(tcgetattr(place->program, &raw), 0);
        cfmakeraw(&raw);
        assert_int_equal(tcsetattr(place->program, TCSANOW, &raw), 0);
        fflush(stdout);
        place->pid = fork();
        if (place->pid == 0) {
                close(place->person);
                close(place->program);
                connect_and_exit(own, other, flags);
        }
        assert_true(place->pid > 0);
        close(own);
        close(other);
        WAIT_UNTIL(is_raw(place));
}

/* How the process exits. */
static int exit_status(const Place *place) {
        int status = 0;

        assert_int_equal(waitpid(place->pid, &status, 0), place->pid);
        assert_true(WIFEXITED(status));
        return WEXITSTATUS(status);
}

/* The program ends, and then the process. */
static void place_end(Place *place) {
        close(place->program);
        assert_int_equal(kill(place->pid, SIGTERM), 0);
        assert_int_equal(exit_status(place), ENDED);
}

/* Writes @length bytes to @from and reads what arrives at @to, where nobody reads anything for a while. */
static void check_passes(int from, int to, size_t length) {
        char *sent = malloc(length), *arrived = malloc(length);
        size_t written = 0, got = 0;
        int patience = 100;

        assert_true(sent && arrived);
        for (size_t i = 0; i < length; i++)
                sent[i] = (char)('a' + (i * i / 7) % 26);
        assert_int_equal(fcntl(from, F_SETFL, O_NONBLOCK), 0);
        while (got < length) {
                struct pollfd fds[] = {{.fd = from, .events = written < length ? POLLOUT : 0}, {.fd = to}};
                ssize_t n;

                /* All that there is room for, first. */
                if (poll(fds, 1, written < length ? patience : 0) > 0 && fds[0].revents & POLLOUT) {
                        n = write(from, sent + written, length - written);
                        assert_true(n > 0 || errno == EAGAIN);
                        written += n > 0 ? (size_t)n : 0;
                        continue;
                }
                patience = 0;
                fds[1].events = POLLIN;
                assert_true(poll(&fds[1], 1, 10000) > 0);
                n = read(to, arrived + got, length - got);
                assert_true(n > 0);
                got += (size_t)n;
        }
        assert_memory_equal(sent, arrived, length);
        free(sent);
        free(arrived);
}

static void what_is_typed_and_shown_is_passed_on_until_the_end(void **state) {
        Place place;

        (void)state;
        place_init(&place, 0);
        check_passes(place.person, place.program, 5);
        check_passes(place.program, place.person, 5);
        place_end(&place);
        /* As it was before. */
        assert_false(is_raw(&place));
        close(place.person);
}

static void the_size_is_the_same_at_both_ends(void **state) {
        struct winsize larger = {.ws_row = 44, .ws_col = 99};
        Place place;

        (void)state;
        place_init(&place, 0);
        WAIT_UNTIL(size_of(place.program).ws_row == 33 && size_of(place.program).ws_col == 77);
        assert_int_equal(ioctl(place.person, TIOCSWINSZ, &larger), 0);
        assert_int_equal(kill(place.pid, SIGWINCH), 0);
        WAIT_UNTIL(size_of(place.program).ws_row == 44 && size_of(place.program).ws_col == 99);
        place_end(&place);
        close(place.person);
}

static void all_arrives_however_slowly_it_is_read(void **state) {
        static const int flags[] = {0, O_NONBLOCK};

        (void)state;
        for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
                Place place;

                place_init(&place, flags[i]);
                check_passes(place.person, place.program, 100000);
                check_passes(place.program, place.person, 100000);
                place_end(&place);
                close(place.person);
        }
}

static void what_was_shown_last_is_seen(void **state) {
        char text[8] = "";
        Place place;

        (void)state;
        place_init(&place, 0);
        assert_int_equal(kill(place.pid, SIGSTOP), 0);
        assert_int_equal(write(place.program, "last", 4), 4);
        close(place.program);
        assert_int_equal(kill(place.pid, SIGTERM), 0);
        assert_int_equal(kill(place.pid, SIGCONT), 0);
        assert_int_equal(exit_status(&place), ENDED);
        assert_int_equal(read(place.person, text, sizeof(text) - 1), 4);
        assert_string_equal(text, "last");
        close(place.person);
}

static void one_who_is_gone_has_hung_up(void **state) {
        Place place;

        (void)state;
        place_init(&place, 0);
        close(place.person);
        assert_int_equal(write(place.program, "lost", 4), 4);
        assert_int_equal(exit_status(&place), HUNG_UP);
        close(place.program);
}

/* Ctrl-], which passes where it is not meant so. */
static void the_escape_three_times_in_a_row_hangs_up(void **state) {
        static const char *const typed[] = {"\x1d\x1d\x1d", "a\x1d\x1d\x1d\x62", "\x1d|\x1d|\x1d"};
        static const char others[] = "\x1d\x1d.\x1d\x1d";
        char text[sizeof(others)] = "";
        Place place;

        (void)state;
        for (size_t i = 0; i < sizeof(typed) / sizeof(typed[0]); i++) {
                place_init(&place, 0);
                /* It is read at each "|". */
                for (const char *key = typed[i]; *key; key++) {
                        if (*key == '|')
                                usleep(50000);
                        else
                                assert_int_equal(write(place.person, key, 1), 1);
                }
                assert_int_equal(exit_status(&place), HUNG_UP);
                assert_false(is_raw(&place));
                close(place.program);
                close(place.person);
        }
        place_init(&place, 0);
        assert_int_equal(write(place.person, others, sizeof(others) - 1), sizeof(others) - 1);
        for (size_t got = 0; got < sizeof(others) - 1;) {
                ssize_t n = read(place.program, text + got, sizeof(text) - 1 - got);

                assert_true(n > 0);
                got += (size_t)n;
        }
        assert_string_equal(text, others);
        place_end(&place);
        close(place.person);
}

static void what_is_no_terminal_is_said_to_be_none(void **state) {
        Capture capture;
        char *said;
        int status = 0;
        pid_t pid;

        (void)state;
        capture = capture_start(stderr);
        pid = fork();
        if (pid == 0)
                connect_and_exit(open("/dev/null", O_RDWR), open("/dev/null", O_RDWR), 0);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        said = capture_end(&capture);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), NOT_CONNECTED);
        assert_non_null(strstr(said, ": Inappropriate ioctl for device\n"));
        free(said);
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_is_typed_and_shown_is_passed_on_until_the_end),
                cmocka_unit_test(the_size_is_the_same_at_both_ends),
                cmocka_unit_test(all_arrives_however_slowly_it_is_read),
                cmocka_unit_test(what_was_shown_last_is_seen),
                cmocka_unit_test(one_who_is_gone_has_hung_up),
                cmocka_unit_test(the_escape_three_times_in_a_row_hangs_up),
                cmocka_unit_test(what_is_no_terminal_is_said_to_be_none),
        };
        int fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);

        if (fd < 0) {
                printf("skipped: terminal: there are no terminals here\n");
                return 0;
        }
        close(fd);
        return cmocka_run_group_tests_name("terminal", tests, NULL, NULL);
}
