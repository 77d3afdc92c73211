/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/arena.h"

static void memory_is_zeroed_aligned_and_its_own(void **state) {
        Arena arena = ARENA_NULL;
        char *last = NULL;

        (void)state;
        for (size_t size = 1; size < 5000; size += 7) {
                char *memory = arena_alloc(&arena, size);

                assert_int_equal((uintptr_t)memory % _Alignof(max_align_t), 0);
                for (size_t i = 0; i < size; i++)
                        assert_int_equal(memory[i], 0);
                memset(memory, 'x', size);
                if (last)
                        assert_int_equal(*last, 'x');
                last = memory;
                /* Texts between them need no alignment. */
                assert_string_equal(arena_copy(&arena, "abc", 3), "abc");
        }
        arena_free(&arena);
}

static void more_than_a_chunk_may_be_asked_for(void **state) {
        Arena arena = ARENA_NULL;
        char *memory = arena_alloc(&arena, 1000000), *small = arena_alloc(&arena, 1);

        (void)state;
        memset(memory, 'x', 1000000);
        assert_int_equal(*small, 0);
        arena_free(&arena);
}

static void nothing_may_be_asked_for(void **state) {
        Arena arena = ARENA_NULL;

        (void)state;
        assert_non_null(arena_alloc(&arena, 0));
        assert_string_equal(arena_copy(&arena, "", 0), "");
        arena_free(&arena);
}

static void a_copy_ends_where_its_length_says(void **state) {
        Arena arena = ARENA_NULL;

        (void)state;
        assert_string_equal(arena_copy(&arena, "abcdef", 3), "abc");
        assert_memory_equal(arena_copy(&arena, "a\0b", 3), "a\0b", 4);
        arena_free(&arena);
}

static void texts_are_joined_and_formatted(void **state) {
        Arena arena = ARENA_NULL;
        char *text;

        (void)state;
        assert_string_equal(arena_join(&arena, "a", "bc"), "abc");
        assert_string_equal(arena_join(&arena, "", ""), "");
        assert_string_equal(arena_number(&arena, 0), "0");
        assert_string_equal(arena_number(&arena, 10), "10");
        assert_string_equal(arena_number(&arena, UINT32_MAX), "4294967295");
        assert_string_equal(arena_printf(&arena, "%s-%u", "a", 5U), "a-5");
        text = arena_printf(&arena, "%0100000i", 1);
        assert_int_equal(strlen(text), 100000);
        arena_free(&arena);
}

static void after_a_reset_memory_is_handed_out_again_zeroed(void **state) {
        Arena arena = ARENA_NULL;
        char *first = arena_alloc(&arena, 100), *again;

        (void)state;
        memset(first, 'x', 100);
        for (int i = 0; i < 100; i++)
                memset(arena_alloc(&arena, 10000), 'x', 10000);
        arena_reset(&arena);
        again = arena_alloc(&arena, 100);
        assert_ptr_equal(again, first);
        for (size_t i = 0; i < 100; i++)
                assert_int_equal(again[i], 0);
        arena_free(&arena);
}

static void an_empty_arena_can_be_reset_and_freed(void **state) {
        Arena arena = ARENA_NULL;

        (void)state;
        arena_reset(&arena);
        arena_free(&arena);
        arena_free(&arena);
        assert_non_null(arena_alloc(&arena, 1));
        arena_free(&arena);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(memory_is_zeroed_aligned_and_its_own),
                cmocka_unit_test(more_than_a_chunk_may_be_asked_for),
                cmocka_unit_test(nothing_may_be_asked_for),
                cmocka_unit_test(a_copy_ends_where_its_length_says),
                cmocka_unit_test(texts_are_joined_and_formatted),
                cmocka_unit_test(after_a_reset_memory_is_handed_out_again_zeroed),
                cmocka_unit_test(an_empty_arena_can_be_reset_and_freed),
        };

        return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
