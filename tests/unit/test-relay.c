/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "base/file.h"
#include "base/relay.h"

#define MUCH ((size_t)3 * 1024 * 1024)

/* Standard input and output of this program, which the relays copy from and to: kept for the test's own. */
static int kept[2];

static int keep_streams(void **state) {
        (void)state;
        for (int i = 0; i < 2; i++)
                if ((kept[i] = fcntl(i, F_DUPFD_CLOEXEC, 10)) < 0)
                        return -1;
        return 0;
}

static int give_streams_back(void **state) {
        (void)state;
        return dup2(kept[0], 0) < 0 || dup2(kept[1], 1) < 0 ? -1 : 0;
}

static int file_of(size_t length) {
        int fd = memfd_create("test", MFD_CLOEXEC);
        char text[4096];

        assert_true(fd >= 0);
        for (size_t i = 0; i < length; i += sizeof(text)) {
                memset(text, (int)('a' + i / sizeof(text) % 26), sizeof(text));
                assert_int_equal(write_all(fd, text, sizeof(text)), 0);
        }
        assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
        return fd;
}

static void assert_same(int a, int b, size_t length) {
        char *one = mmap(NULL, length, PROT_READ, MAP_SHARED, a, 0),
             *other = mmap(NULL, length, PROT_READ, MAP_SHARED, b, 0);

        assert_int_equal(lseek(b, 0, SEEK_END), (off_t)length);
        assert_true(one != MAP_FAILED && other != MAP_FAILED);
        assert_memory_equal(one, other, length);
        (void)munmap(one, length);
        (void)munmap(other, length);
}

/* What whoever gets the streams does: it writes all that it reads. */
static pid_t start_copying(const Relays *relays) {
        pid_t pid = fork();
        char text[1000];
        ssize_t n;

        if (pid != 0)
                return pid;
        (void)close(relays->last);
        while ((n = read(relays->streams[0], text, sizeof(text))) > 0)
                if (write_all(relays->streams[1], text, (size_t)n) < 0)
                        _exit(1);
        _exit(n < 0);
}

static void all_is_copied_in_both_directions(void **state) {
        /* A file that is appended to takes no splice(2). */
        static const int flags[] = {0, O_APPEND};

        (void)state;
        for (size_t i = 0; i < 2; i++) {
                int source = file_of(MUCH), target = file_of(0), status;
                Relays relays;
                pid_t pid;

                assert_true(fcntl(target, F_SETFL, flags[i]) >= 0 && dup2(source, 0) == 0 && dup2(target, 1) == 1);
                assert_int_equal(relays_open(&relays, true), 0);
                pid = start_copying(&relays);
                relays_close_streams(&relays);
                assert_true(waitpid(pid, &status, 0) == pid && status == 0);
                relays_end(&relays);
                assert_same(source, target, MUCH);
                (void)close(source);
                (void)close(target);
        }
}

static void what_is_written_by_then_is_copied_though_somebody_has_the_stream_open(void **state) {
        int target = file_of(0), open_for_ever;
        Relays relays;

        (void)state;
        assert_int_equal(dup2(target, 1), 1);
        assert_int_equal(relays_open(&relays, false), 0);
        open_for_ever = fcntl(relays.streams[1], F_DUPFD_CLOEXEC, 10);
        assert_int_equal(write_all(open_for_ever, "the last words", 14), 0);
        relays_end(&relays);
        assert_int_equal(lseek(target, 0, SEEK_END), 14);
        (void)close(open_for_ever);
        (void)close(target);
}

static void what_is_written_after_that_without_end_is_not_waited_for(void **state) {
        int target = open("/dev/null", O_WRONLY | O_CLOEXEC);
        Relays relays;
        pid_t pid;

        (void)state;
        assert_int_equal(dup2(target, 1), 1);
        assert_int_equal(relays_open(&relays, false), 0);
        pid = fork();
        if (pid == 0) {
                (void)close(relays.last);
                while (write_all(relays.streams[1], "more", 4) >= 0)
                        ;
                _exit(EXIT_SUCCESS);
        }
        (void)sched_yield();
        relays_end(&relays);
        /* By SIGPIPE. */
        assert_int_equal(waitpid(pid, NULL, 0), pid);
        (void)close(target);
}

static void input_is_empty_unless_it_is_asked_for(void **state) {
        int source = file_of(4096);
        Relays relays;
        char text[1];

        (void)state;
        assert_int_equal(dup2(source, 0), 0);
        assert_int_equal(relays_open(&relays, false), 0);
        assert_int_equal(read(relays.streams[0], text, 1), 0);
        relays_end(&relays);
        assert_int_equal(lseek(source, 0, SEEK_CUR), 0);
        (void)close(source);
}

/* Whether whoever goes on writing to the stream is told that nobody reads. A process that has only just begun may have that end open for a
 * moment. */
static bool is_told(int fd) {
        struct pollfd end = {.fd = fd};

        for (int i = 0; i < 600; i++) {
                if (write(fd, "more", 4) < 0)
                        return errno == EPIPE;
                if (poll(&end, 1, 100) < 0)
                        return false;
        }
        return false;
}

static void who_takes_no_more_ends_who_writes(void **state) {
        Relays relays;
        int ends[2];

        (void)state;
        assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
        assert_int_equal(dup2(ends[1], 1), 1);
        (void)close(ends[1]);
        assert_int_equal(relays_open(&relays, false), 0);
        (void)close(ends[0]);
        assert_true(is_told(relays.streams[1]));
        relays_end(&relays);
}

static void streams_are_pipes_that_any_user_can_open_again(void **state) {
        Relays relays;
        struct stat status;

        (void)state;
        assert_int_equal(relays_open(&relays, true), 0);
        for (int i = 0; i < 3; i++) {
                assert_int_equal(fstat(relays.streams[i], &status), 0);
                assert_true(S_ISFIFO(status.st_mode));
                assert_int_equal(status.st_mode & 0777, 0666);
        }
        relays_end(&relays);
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(all_is_copied_in_both_directions, keep_streams, give_streams_back),
                cmocka_unit_test_setup_teardown(
                        what_is_written_after_that_without_end_is_not_waited_for, keep_streams, give_streams_back),
                cmocka_unit_test_setup_teardown(what_is_written_by_then_is_copied_though_somebody_has_the_stream_open,
                        keep_streams, give_streams_back),
                cmocka_unit_test_setup_teardown(input_is_empty_unless_it_is_asked_for, keep_streams, give_streams_back),
                cmocka_unit_test_setup_teardown(who_takes_no_more_ends_who_writes, keep_streams, give_streams_back),
                cmocka_unit_test(streams_are_pipes_that_any_user_can_open_again),
        };

        (void)signal(SIGPIPE, SIG_IGN);
        return cmocka_run_group_tests_name("relay", tests, NULL, NULL);
}
