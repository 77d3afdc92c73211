/* SPDX-License-Identifier: MIT */
/* localhost list                        prints the forwards of the host's loopback addresses that BPF programs have, of all versions
 * localhost ask ADDRESS PORT [ADDRESS PORT]…
 *                                       sends a datagram to each from one socket, then prints where the answers are from, in the order of
 *                                       what was sent
 * localhost echo ADDRESS PORT           sends back each datagram that it gets there, for ever */
#include <arpa/inet.h>
#include <err.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../unit/localhost-forwards.h"

#define ANSWERS_MAX 16

static struct sockaddr_in6 address_of(const char *address, const char *port) {
        struct sockaddr_in6 peer = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)atoi(port))};
        char text[INET6_ADDRSTRLEN + 8];

        snprintf(text, sizeof(text), "%s%s", strchr(address, ':') ? "" : "::ffff:", address);
        if (inet_pton(AF_INET6, text, &peer.sin6_addr) != 1)
                errx(EXIT_FAILURE, "no address: %s", address);
        return peer;
}

/* What it sends is its number, and what is answered is the same. */
static void ask(char *peers[], int length) {
        int fd = socket(AF_INET6, SOCK_DGRAM, 0);
        char answers[ANSWERS_MAX][64] = {{0}};

        for (int i = 0; i < length / 2; i++) {
                struct sockaddr_in6 peer = address_of(peers[2 * i], peers[2 * i + 1]);
                char number = (char)i;

                if (sendto(fd, &number, 1, 0, (struct sockaddr *)&peer, sizeof(peer)) != 1)
                        err(EXIT_FAILURE, "%s", peers[2 * i]);
        }
        for (int i = 0; i < length / 2; i++) {
                struct sockaddr_in6 peer = {0};
                socklen_t size = sizeof(peer);
                char number, address[INET6_ADDRSTRLEN];

                if (poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, 2000) <= 0 ||
                        recvfrom(fd, &number, 1, 0, (struct sockaddr *)&peer, &size) != 1 || number < 0 ||
                        number >= ANSWERS_MAX)
                        break;
                inet_ntop(AF_INET6, &peer.sin6_addr, address, sizeof(address));
                snprintf(answers[(int)number], sizeof(answers[0]), "%s %i", address, ntohs(peer.sin6_port));
        }
        for (int i = 0; i < length / 2; i++)
                printf("%s\n", answers[i]);
}

static void echo(const char *address, const char *port) {
        struct sockaddr_in6 at = address_of(address, port), peer;
        int fd = socket(AF_INET6, SOCK_DGRAM, 0);

        if (bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0)
                err(EXIT_FAILURE, "%s", address);
        for (;;) {
                socklen_t size = sizeof(peer);
                char text[2048];
                ssize_t n = recvfrom(fd, text, sizeof(text), 0, (struct sockaddr *)&peer, &size);

                if (n >= 0)
                        (void)sendto(fd, text, (size_t)n, 0, (struct sockaddr *)&peer, size);
        }
}

int main(int argc, char *argv[]) {
        if (argc == 2 && strcmp(argv[1], "list") == 0)
                localhost_forwards(stdout);
        else if (argc >= 4 && argc <= 2 + 2 * ANSWERS_MAX && strcmp(argv[1], "ask") == 0)
                ask(argv + 2, argc - 2);
        else if (argc == 4 && strcmp(argv[1], "echo") == 0)
                echo(argv[2], argv[3]);
        else
                errx(EXIT_FAILURE, "Usage: localhost list | ask ADDRESS PORT… | echo ADDRESS PORT");
        return EXIT_SUCCESS;
}
