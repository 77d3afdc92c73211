/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "capture.h"
#include "own-run.h"
#include "runtime/journal.h"
#include "systemd/log.h"

/* What journald is sent, and what is said beside, if $JOURNAL_STREAM is that of standard error but for @difference. */
static char sent[4096];

static char *say(const char *container, unsigned difference) {
        Capture capture = capture_start(stderr);
        struct stat status;
        char stream[64];
        ssize_t length;
        static int journal = -1;

        if (journal < 0) {
                struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "/run/systemd/journal/socket"};

                mkdir("/run/systemd", 0755);
                mkdir("/run/systemd/journal", 0755);
                journal = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
                assert_return_code(bind(journal, (struct sockaddr *)&address, sizeof(address)), errno);
        }
        fstat(STDERR_FILENO, &status);
        snprintf(stream, sizeof(stream), "%ju:%ju", (uintmax_t)status.st_dev, (uintmax_t)status.st_ino + difference);
        setenv("JOURNAL_STREAM", stream, 1);
        log_set_target(log_to_stderr);
        journal_open(container);
        log_message(LOG_WARNING, "a\nb");
        length = recv(journal, sent, sizeof(sent) - 1, MSG_DONTWAIT);
        sent[length < 0 ? 0 : length] = '\0';
        return capture_end(&capture);
}

static void what_a_unit_says_is_in_the_journal_with_its_priority(void **state) {
        char *said = say("web", 0);

        (void)state;
        assert_string_equal(said, "");
        assert_non_null(strstr(sent, "MESSAGE=a?b\n"));
        assert_non_null(strstr(sent, "PRIORITY=4\n"));
        assert_non_null(strstr(sent, "SYSLOG_IDENTIFIER=container web\n"));
        free(said);
        free(say(NULL, 0));
        assert_non_null(strstr(sent, "SYSLOG_IDENTIFIER=test-journal\n"));
}

static void what_a_person_is_to_see_is_not_sent_there(void **state) {
        char *said = say("web", 1);

        (void)state;
        assert_string_equal(said, "a?b\n");
        assert_string_equal(sent, "");
        free(said);
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_a_unit_says_is_in_the_journal_with_its_priority),
                cmocka_unit_test(what_a_person_is_to_see_is_not_sent_there),
        };

        return own_run("journal") ? cmocka_run_group_tests_name("journal", tests, NULL, NULL) : 0;
}
