/* SPDX-License-Identifier: MIT */
/* systemd ANSWERS LOG: stands in for systemd at its private socket, and for D-Bus with systemd-machined, until it is killed: see
 * tests/unit/systemd.h. ANSWERS is a file that is read for each connection. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/un.h>

#include "../unit/systemd.h"

static int listen_at(const char *path) {
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

        strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
        if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 || listen(fd, 16) < 0) {
                perror(path);
                exit(EXIT_FAILURE);
        }
        return fd;
}

static void answer(int fd, const char *answers, const char *log) {
        Systemd systemd = {.log = fopen(log, "ae")};
        char text[4096] = "";
        int file = open(answers, O_RDONLY | O_CLOEXEC);

        if (!systemd.log || file < 0 || read(file, text, sizeof(text) - 1) < 0)
                exit(EXIT_FAILURE);
        systemd.answers = text;
        systemd_serve(&systemd, fd);
        exit(EXIT_SUCCESS);
}

int main(int argc, char *argv[]) {
        struct pollfd fds[] = {{.events = POLLIN}, {.events = POLLIN}};

        if (argc != 3)
                return EXIT_FAILURE;
        fds[0].fd = listen_at("/run/systemd/private");
        fds[1].fd = listen_at("/run/dbus/system_bus_socket");
        signal(SIGCHLD, SIG_IGN);
        puts("ready");
        fflush(stdout);
        while (poll(fds, 2, -1) >= 0)
                for (size_t i = 0; i < 2; i++)
                        if (fds[i].revents & POLLIN) {
                                int fd = accept4(fds[i].fd, NULL, NULL, SOCK_CLOEXEC);

                                if (fork() == 0)
                                        answer(fd, argv[1], argv[2]);
                                close(fd);
                        }
        return EXIT_FAILURE;
}
