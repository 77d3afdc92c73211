/* SPDX-License-Identifier: MIT */
/* The main() of the fuzzing targets where there is no libFuzzer: puts each file that is given before LLVMFuzzerTestOneInput(), and says
 * of which it cannot stand. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/file.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void replay(char *const *files, int length, volatile int *current) {
        for (; *current < length; (*current)++) {
                Buffer text = BUFFER_NULL;

                if (read_file(files[*current], &text) < 0) {
                        perror(files[*current]);
                        exit(EXIT_FAILURE);
                }
                /* In memory of just that size, and not what the buffer has. */
                text.text = realloc(text.text, text.length > 0 ? text.length : 1);
                LLVMFuzzerTestOneInput((const uint8_t *)text.text, text.length);
                free(text.text);
        }
}

int main(int argc, char *argv[]) {
        volatile int *current = mmap(NULL, sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        int failed = 0, status;

        if (current == MAP_FAILED)
                return EXIT_FAILURE;
        while (*current < argc - 1) {
                pid_t child;

                fflush(stdout);
                child = fork();
                if (child == 0) {
                        replay(argv + 1, argc - 1, current);
                        exit(EXIT_SUCCESS);
                }
                if (child < 0 || waitpid(child, &status, 0) < 0)
                        return EXIT_FAILURE;
                if (status == 0)
                        break;
                /* What is found when all have been gone through are leaks, of any. */
                printf("not ok %s\n", *current < argc - 1 ? argv[*current + 1] : "memory that is not freed");
                (*current)++;
                failed++;
        }
        printf("%i passed, %i failed, 0 skipped\n", argc - 1 - failed, failed);
        return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
