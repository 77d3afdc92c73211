/* SPDX-License-Identifier: MIT */
/* system: what the measurement of starts (see start) runs in containers and beside them, and other tests in containers that are to cost
 * little. It is one static program, which does what its name says:
 *
 *   init            the least that can be the system of a container: it answers on port 80, unless it cannot have that, with the two
 *                   times below, says that it is ready, and ends when systemd-nspawn asks it to
 *   systemd-nspawn  leaves the time in /run/bench-exec and becomes the program systemd-nspawn.real beside it
 *   container-init  notes the time and becomes the program container-init.real beside it
 *   ask ADDRESS LINK
 *                   asks on port 80 until there is an answer. Prints when there was, when container-init was run and when init was,
 *                   the last two as 0 if the answer does not tell; all in µs of CLOCK_MONOTONIC. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define ENTERED "BENCH_ENTERED"
#define ASK_MAX 60000000

static __attribute__((noreturn)) void fail(const char *what) {
        fprintf(stderr, "system: %s: %s\n", what, strerror(errno));
        exit(EXIT_FAILURE);
}

static long long now(void) {
        struct timespec time;

        clock_gettime(CLOCK_MONOTONIC, &time);
        return time.tv_sec * 1000000LL + time.tv_nsec / 1000;
}

static __attribute__((noreturn)) void become_the_real(char *argv[], const char *noted) {
        char path[4096], time[32];
        int fd = -1;

        snprintf(path, sizeof(path), "%s.real", argv[0]);
        snprintf(time, sizeof(time), "%lli\n", now());
        setenv(ENTERED, time, 1);
        if (noted && ((fd = open(noted, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)) < 0 ||
                             write(fd, time, strlen(time)) < 0))
                fail(noted);
        execv(path, argv);
        fail(path);
}

static void say_ready(void) {
        const char *path = getenv("NOTIFY_SOCKET");
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

        if (!path || strlen(path) >= sizeof(address.sun_path))
                fail("NOTIFY_SOCKET");
        strcpy(address.sun_path, path);
        if (fd < 0 || sendto(fd, "READY=1", 7, 0, (struct sockaddr *)&address, sizeof(address)) < 0)
                fail(path);
        close(fd);
}

static int be_init(void) {
        struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(80)};
        long long started = now();
        const char *entered = getenv(ENTERED);
        struct pollfd fds[2];
        char answer[128];
        sigset_t halt;

        snprintf(answer, sizeof(answer), "HTTP/1.0 200 OK\r\n\r\n%lli %lli\n", entered ? atoll(entered) : 0, started);
        sigemptyset(&halt);
        sigaddset(&halt, SIGRTMIN + 3);
        sigprocmask(SIG_BLOCK, &halt, NULL);
        fds[0] = (struct pollfd){.fd = signalfd(-1, &halt, SFD_CLOEXEC), .events = POLLIN};
        fds[1] = (struct pollfd){.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), .events = POLLIN};
        if (bind(fds[1].fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
                if (errno != EADDRINUSE && errno != EACCES)
                        fail("port 80");
                fds[1].fd = -1;
        } else if (listen(fds[1].fd, 16) < 0) {
                fail("port 80");
        }
        say_ready();
        for (;;) {
                char request[1024];
                int fd;

                if (poll(fds, 2, -1) < 0)
                        continue;
                if (fds[0].revents)
                        return EXIT_SUCCESS;
                fd = accept(fds[1].fd, NULL, NULL);
                if (fd < 0)
                        continue;
                if (read(fd, request, sizeof(request)) > 0)
                        (void)!write(fd, answer, strlen(answer));
                close(fd);
        }
}

/* Asks once, for at most so many milliseconds. False if there is no answer. */
static int try(const struct sockaddr_in *address, int patience, char answer[static 1024]) {
        static const char request[] = "GET / HTTP/1.0\r\n\r\n";
        struct pollfd fd = {.fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), .events = POLLOUT};
        size_t length = 0;
        ssize_t n = -1;

        if ((connect(fd.fd, (const struct sockaddr *)address, sizeof(*address)) == 0 || errno == EINPROGRESS) &&
                poll(&fd, 1, patience) == 1 && write(fd.fd, request, sizeof(request) - 1) > 0) {
                fd.events = POLLIN;
                while (length < 1023 && poll(&fd, 1, 1000) == 1 &&
                        (n = read(fd.fd, answer + length, 1023 - length)) > 0)
                        length += (size_t)n;
        }
        close(fd.fd);
        answer[length] = '\0';
        return n >= 0 && strncmp(answer, "HTTP/", 5) == 0;
}

/* Forgets that there was no answer to ARP: the kernel would look for the container again only a second later. */
static void forget_neighbour(const struct sockaddr_in *address, const char *link) {
        struct {
                struct nlmsghdr header;
                struct ndmsg message;
                struct rtattr attribute;
                struct in_addr address;
        } request = {
                {sizeof(request), RTM_DELNEIGH, NLM_F_REQUEST, 0, 0},
                {.ndm_family = AF_INET, .ndm_ifindex = (int)if_nametoindex(link)},
                {RTA_LENGTH(sizeof(request.address)), NDA_DST},
                address->sin_addr,
        };
        int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

        (void)send(fd, &request, sizeof(request), 0);
        close(fd);
}

static int ask(const char *text, const char *link) {
        const struct timespec pause = {.tv_nsec = 1000000};
        struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(80)};
        long long asked = now(), answered, entered = 0, started = 0;
        char answer[1024];
        const char *body;

        if (inet_pton(AF_INET, text, &address.sin_addr) != 1)
                fail(text);
        while (!try(&address, 3, answer)) {
                if (now() - asked > ASK_MAX) {
                        errno = ETIMEDOUT;
                        fail(text);
                }
                nanosleep(&pause, NULL);
                forget_neighbour(&address, link);
        }
        answered = now();
        body = strstr(answer, "\r\n\r\n");
        if (!body || sscanf(body, " %lli %lli", &entered, &started) != 2)
                entered = started = 0;
        printf("%lli %lli %lli\n", answered, entered, started);
        return EXIT_SUCCESS;
}

int main(int argc, char *argv[]) {
        const char *slash = strrchr(argv[0], '/'), *name = slash ? slash + 1 : argv[0];

        if (strcmp(name, "container-init") == 0)
                become_the_real(argv, NULL);
        if (strcmp(name, "systemd-nspawn") == 0)
                become_the_real(argv, "/run/bench-exec");
        if (strcmp(name, "init") == 0)
                return be_init();
        if (strcmp(name, "ask") == 0 && argc == 3)
                return ask(argv[1], argv[2]);
        fputs("Usage: ask ADDRESS LINK\n", stderr);
        return EXIT_FAILURE;
}
