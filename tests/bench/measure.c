/* SPDX-License-Identifier: MIT */
/* measure ROUNDS DIRECTORY COMMAND… [";" COMMAND…]…: how long programs run and how much memory they take.
 *
 * In every round each command is run once, so that whatever else the machine does meets all of them alike. Before a run
 * DIRECTORY is made anew with the empty directories normal, early and late, after it all below it is removed; neither
 * counts. For each command one line is printed: the shortest and the median time in ns, from just before the process is
 * made until it has been waited for, and the largest memory of a run, its maximum resident set, in KiB; then what the time of
 * the first command is of its own in the same round: the lower quartile, the median, and the upper one. What the commands print is
 * thrown away. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define COMMANDS_MAX 16

typedef struct Command {
        char **arguments; /* ended by NULL */
        uint64_t *times;  /* one for each round */
        long memory;
        double ratios[3]; /* quartiles */
} Command;

static posix_spawn_file_actions_t silence;

static __attribute__((noreturn)) void fail(const char *what, const char *why) {
        fprintf(stderr, "measure: %s: %s\n", what, why);
        exit(EXIT_FAILURE);
}

static uint64_t now(void) {
        struct timespec time;

        clock_gettime(CLOCK_MONOTONIC, &time);
        return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static void make_directories(const char *directory) {
        static const char *const names[] = {"", "/normal", "/early", "/late"};

        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
                char path[PATH_MAX];

                snprintf(path, sizeof(path), "%s%s", directory, names[i]);
                if (mkdir(path, 0755) < 0)
                        fail(path, strerror(errno));
        }
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *position) {
        (void)status, (void)type, (void)position;
        return remove(path);
}

static void remove_directories(const char *directory) {
        if (nftw(directory, remove_entry, 16, FTW_DEPTH | FTW_PHYS) != 0)
                fail(directory, strerror(errno));
}

static void run(Command *command, size_t round) {
        const char *program = command->arguments[0];
        struct rusage usage;
        uint64_t start;
        int status, r;
        pid_t pid;

        start = now();
        r = posix_spawn(&pid, program, &silence, NULL, command->arguments, environ);
        if (r != 0)
                fail(program, strerror(r));
        if (wait4(pid, &status, 0, &usage) < 0)
                fail(program, strerror(errno));
        command->times[round] = now() - start;
        if (!WIFEXITED(status) || WEXITSTATUS(status) != EXIT_SUCCESS)
                fail(program, "failed");
        if (usage.ru_maxrss > command->memory)
                command->memory = usage.ru_maxrss;
}

static int compare_times(const void *a, const void *b) {
        const uint64_t *left = a, *right = b;

        return (*left > *right) - (*left < *right);
}

static int compare_ratios(const void *a, const void *b) {
        const double *left = a, *right = b;

        return (*left > *right) - (*left < *right);
}

/* The times are sorted after the ratios are known. */
static void find_ratios(Command *command, const Command *first, size_t rounds) {
        double *ratios = calloc(rounds, sizeof(*ratios));

        if (!ratios)
                fail("ratios", strerror(errno));
        for (size_t i = 0; i < rounds; i++)
                ratios[i] = (double)first->times[i] / (double)command->times[i];
        qsort(ratios, rounds, sizeof(*ratios), compare_ratios);
        for (size_t i = 0; i < 3; i++)
                command->ratios[i] = ratios[(rounds - 1) * (i + 1) / 4];
        free(ratios);
}

static void report(Command *command, size_t rounds) {
        qsort(command->times, rounds, sizeof(*command->times), compare_times);
        printf("%ju %ju %li %.3f %.3f %.3f\n", (uintmax_t)command->times[0], (uintmax_t)command->times[rounds / 2],
                command->memory, command->ratios[0], command->ratios[1], command->ratios[2]);
}

/* Splits @arguments at each ";". Returns how many commands there are. */
static size_t split_commands(char **arguments, size_t rounds, Command *ret_commands) {
        size_t n = 0;

        for (char **start = arguments, **end = arguments; *start; start = end, n++) {
                while (*end && strcmp(*end, ";") != 0)
                        end++;
                if (n == COMMANDS_MAX || end == start)
                        fail("usage", "a command is empty, or there are too many");
                if (*end)
                        *end++ = NULL;
                ret_commands[n] = (Command){.arguments = start, .times = calloc(rounds, sizeof(uint64_t))};
                if (!ret_commands[n].times)
                        fail("times", strerror(errno));
        }
        return n;
}

int main(int argc, char *argv[]) {
        Command commands[COMMANDS_MAX];
        size_t rounds, n;

        if (argc < 4 || (rounds = strtoul(argv[1], NULL, 10)) == 0)
                fail("usage", "measure ROUNDS DIRECTORY COMMAND… [\";\" COMMAND…]…");
        n = split_commands(argv + 3, rounds, commands);
        posix_spawn_file_actions_init(&silence);
        posix_spawn_file_actions_addopen(&silence, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
        posix_spawn_file_actions_adddup2(&silence, STDOUT_FILENO, STDERR_FILENO);

        for (size_t round = 0; round < rounds; round++)
                for (size_t i = 0; i < n; i++) {
                        make_directories(argv[2]);
                        /* Each round starts with another one: what runs first after a pause is not always the same. */
                        run(&commands[(round + i) % n], round);
                        remove_directories(argv[2]);
                }
        for (size_t i = 0; i < n; i++)
                find_ratios(&commands[i], &commands[0], rounds);
        for (size_t i = 0; i < n; i++)
                report(&commands[i], rounds);
        return EXIT_SUCCESS;
}
