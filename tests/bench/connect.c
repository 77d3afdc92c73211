/* SPDX-License-Identifier: MIT */
/* connect NUMBER ADDRESS PORT: makes NUMBER connections one after the other, with a close between, and prints the median time of one
 * in ns. */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static uint64_t now(void) {
        struct timespec time;

        clock_gettime(CLOCK_MONOTONIC, &time);
        return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static int compare(const void *a, const void *b) {
        const uint64_t *left = a, *right = b;

        return (*left > *right) - (*left < *right);
}

int main(int argc, char *argv[]) {
        /* A reset at the end, so that no port is used up. */
        struct linger linger = {.l_onoff = 1};
        struct sockaddr_in address = {.sin_family = AF_INET};
        size_t number = argc == 4 ? strtoul(argv[1], NULL, 10) : 0;
        uint64_t *times = calloc(number + 1, sizeof(*times));

        if (number == 0 || !times || inet_pton(AF_INET, argv[2], &address.sin_addr) != 1) {
                fprintf(stderr, "Usage: connect NUMBER ADDRESS PORT\n");
                return EXIT_FAILURE;
        }
        address.sin_port = htons((uint16_t)strtoul(argv[3], NULL, 10));
        for (size_t i = 0; i < number; i++) {
                int fd = socket(AF_INET, SOCK_STREAM, 0);
                uint64_t start = now();

                if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0) {
                        perror("connect");
                        return EXIT_FAILURE;
                }
                times[i] = now() - start;
                setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
                close(fd);
        }
        qsort(times, number, sizeof(*times), compare);
        printf("%lu\n", (unsigned long)times[number / 2]);
        return EXIT_SUCCESS;
}
