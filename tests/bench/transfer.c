/* SPDX-License-Identifier: MIT */
/* transfer serve PORT BYTES         sends BYTES to each connection, one after the other; with 0 it only closes them
 * transfer get ADDRESS PORT         reads what it is sent at ADDRESS, and prints how long that took, in ns */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static char block[1 << 17];

static uint64_t now(void) {
        struct timespec time;

        clock_gettime(CLOCK_MONOTONIC, &time);
        return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static __attribute__((noreturn)) void fail(const char *what) {
        perror(what);
        exit(EXIT_FAILURE);
}

static void serve(const char *port, size_t size) {
        struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)strtoul(port, NULL, 10))};
        int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

        if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
                bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 || listen(fd, 4096) < 0)
                fail("listen");
        for (;;) {
                int connection = accept(fd, NULL, NULL);
                size_t left = size;

                while (connection >= 0 && left > 0) {
                        ssize_t n = send(connection, block, left < sizeof(block) ? left : sizeof(block), MSG_NOSIGNAL);

                        if (n < 0)
                                break;
                        left -= (size_t)n;
                }
                close(connection);
        }
}

static void get(const char *ip, const char *port) {
        struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)strtoul(port, NULL, 10))};
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        uint64_t start = now();
        ssize_t n;

        if (inet_pton(AF_INET, ip, &address.sin_addr) != 1 ||
                connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
                fail(ip);
        while ((n = recv(fd, block, sizeof(block), 0)) > 0)
                ;
        if (n < 0)
                fail("recv");
        printf("%lu\n", (unsigned long)(now() - start));
}

int main(int argc, char *argv[]) {
        if (argc == 4 && strcmp(argv[1], "serve") == 0)
                serve(argv[2], strtoul(argv[3], NULL, 10));
        else if (argc == 4 && strcmp(argv[1], "get") == 0)
                get(argv[2], argv[3]);
        else
                fprintf(stderr, "Usage: transfer serve PORT BYTES | transfer get ADDRESS PORT\n");
        return argc == 4 ? EXIT_SUCCESS : EXIT_FAILURE;
}
