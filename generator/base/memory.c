/* SPDX-License-Identifier: MIT */
#include "base/memory.h"

static void (*complaint)(const char *message);

void memory_set_complaint(void (*complain)(const char *message)) {
        complaint = complain;
}

void memory_fail(void) {
        static const char message[] = "Out of memory.";

        if (complaint)
                complaint(message);
        else if (write(STDERR_FILENO, message, sizeof(message) - 1) > 0)
                (void)!write(STDERR_FILENO, "\n", 1);
        exit(EXIT_FAILURE);
}

void *reallocate(void *memory, size_t size) {
        void *grown = realloc(memory, size);

        if (!grown)
                memory_fail();
        return grown;
}

void *allocate_zeroed(size_t length, size_t size) {
        void *allocated = calloc(length, size);

        if (!allocated)
                memory_fail();
        return allocated;
}

char *duplicate(const char *text) {
        size_t size = strlen(text) + 1;

        return memcpy(reallocate(NULL, size), text, size);
}

void *grow_array(void *items, size_t length, size_t *capacity, size_t size) {
        if (length < *capacity)
                return items;
        *capacity = *capacity ? 2 * *capacity : 8;
        return reallocate(items, *capacity * size);
}
