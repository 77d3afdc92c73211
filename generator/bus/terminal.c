/* SPDX-License-Identifier: MIT */
#include "bus/terminal.h"

#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <termios.h>

#include "base/file.h"
#include "base/memory.h"
#include "systemd/log.h"

/* How long what was written last may take to arrive. */
#define DRAIN_TIMEOUT_MS 500

/* How many bytes are shown at once: whoever writes without an end must not keep this program from ending. */
#define SHOW_MAX ((size_t)256 * 1024)

/* What is typed three times in a row to leave a container that does not answer: Ctrl-], as for machinectl(1). */
#define ESCAPE '\x1d'
#define ESCAPES 3

struct Terminal {
        int fd;
        struct termios before;
        sd_event_source *typed, *other, *resized;
        char input[4096]; /* typed, and not passed on yet */
        size_t input_length;
        unsigned escapes; /* how many were typed in a row */
};

/* No signal is handled here but by @event, so that no call ends with EINTR. */

/* Shows what there is, or the first of it. Returns 1 if there is more, 0 if there can be, -1 if nobody has the other end open. */
static int show_output(Terminal *terminal) {
        char text[8192];
        ssize_t n = 1;

        for (size_t shown = 0; shown < SHOW_MAX; shown += (size_t)n) {
                n = read(terminal->fd, text, sizeof(text));
                if (n <= 0)
                        return n < 0 && errno == EAGAIN ? 0 : -1;
                ignore_failure(write_all(STDOUT_FILENO, text, (size_t)n));
        }
        return 1;
}

/* Passes on what was typed, as far as there is room; more is read when there is. */
static void pass_input(Terminal *terminal) {
        while (terminal->input_length > 0) {
                ssize_t n = write(terminal->fd, terminal->input, terminal->input_length);

                if (n < 0)
                        break;
                terminal->input_length -= (size_t)n;
                memmove(terminal->input, terminal->input + n, terminal->input_length);
        }
        (void)sd_event_source_set_enabled(terminal->typed, terminal->input_length > 0 ? SD_EVENT_OFF : SD_EVENT_ON);
}

/* Whether somebody wants to leave. */
static bool has_escape(Terminal *terminal) {
        for (size_t i = 0; i < terminal->input_length; i++) {
                terminal->escapes = terminal->input[i] == ESCAPE ? terminal->escapes + 1 : 0;
                if (terminal->escapes == ESCAPES)
                        return true;
        }
        return false;
}

static int on_typed(sd_event_source *source, int fd, uint32_t events UNUSED, void *userdata) {
        Terminal *terminal = userdata;
        ssize_t n = read(fd, terminal->input, sizeof(terminal->input));

        if (n < 0 && errno == EAGAIN)
                return 0;
        if (n <= 0) {
                /* Whoever sat there is gone. SIGHUP tells what is to be done. */
                (void)sd_event_source_set_enabled(source, SD_EVENT_OFF);
                return raise(SIGHUP);
        }
        terminal->input_length = (size_t)n;
        if (has_escape(terminal))
                return raise(SIGHUP);
        pass_input(terminal);
        return 0;
}

#define OTHER_EVENTS (EPOLLIN | EPOLLOUT | EPOLLET)

/* While nobody has the other end open there is a hang-up, which says nothing: systemd opens and closes it before the process
 * runs. EPOLLET keeps that from being reported for ever. */
static int on_other(sd_event_source *source, int fd UNUSED, uint32_t events UNUSED, void *userdata) {
        Terminal *terminal = userdata;

        if (show_output(terminal) > 0)
                (void)sd_event_source_set_io_events(source, OTHER_EVENTS);
        if (terminal->input_length > 0)
                pass_input(terminal);
        return 0;
}

static void pass_size(const Terminal *terminal) {
        struct winsize size;

        if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) >= 0)
                (void)ioctl(terminal->fd, TIOCSWINSZ, &size);
}

static int on_resized(sd_event_source *source UNUSED, const struct signalfd_siginfo *info UNUSED, void *userdata) {
        pass_size(userdata);
        return 0;
}

int terminal_connect(sd_event *event, int fd, Terminal **ret_terminal) {
        Terminal *terminal = memset(reallocate(NULL, sizeof(*terminal)), 0, sizeof(*terminal));
        struct termios raw;
        sigset_t resized;
        int r;

        terminal->fd = fd;
        sigemptyset(&resized);
        sigaddset(&resized, SIGWINCH);
        (void)sigprocmask(SIG_BLOCK, &resized, NULL);
        (void)fcntl(fd, F_SETFL, O_NONBLOCK);
        if ((r = tcgetattr(STDIN_FILENO, &terminal->before) < 0 ? negative_errno() : 0) < 0 ||
                (r = sd_event_add_io(event, &terminal->typed, STDIN_FILENO, EPOLLIN, on_typed, terminal)) < 0 ||
                (r = sd_event_add_io(event, &terminal->other, fd, OTHER_EVENTS, on_other, terminal)) < 0 ||
                (r = sd_event_add_signal(event, &terminal->resized, SIGWINCH, on_resized, terminal)) < 0) {
                terminal_disconnect(terminal);
                return log_error(r, "Failed to set up the terminal: %m");
        }
        pass_size(terminal);
        raw = terminal->before;
        cfmakeraw(&raw);
        (void)tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
        *ret_terminal = terminal;
        return 0;
}

void terminal_disconnect(Terminal *terminal) {
        struct pollfd output;

        if (!terminal)
                return;
        output = (struct pollfd){.fd = terminal->fd, .events = POLLIN};
        while (show_output(terminal) == 0 && poll(&output, 1, DRAIN_TIMEOUT_MS) > 0)
                ;
        (void)tcsetattr(STDIN_FILENO, TCSADRAIN, &terminal->before);
        sd_event_source_unref(terminal->typed);
        sd_event_source_unref(terminal->other);
        sd_event_source_unref(terminal->resized);
        close(terminal->fd);
        free(terminal);
}
