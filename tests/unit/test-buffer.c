/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buffer.h"

static void text_is_appended_however_long_it_gets(void **state) {
        Buffer buffer = BUFFER_NULL;

        (void)state;
        for (size_t i = 0; i < 100000; i++)
                buffer_append(&buffer, "abc", 3);
        assert_int_equal(buffer.length, 300000);
        for (size_t i = 0; i < 300000; i++)
                assert_int_equal(buffer.text[i], "abc"[i % 3]);
        buffer_free(&buffer);
        assert_null(buffer.text);
        assert_int_equal(buffer.length, 0);
}

static void room_is_made_for_as_much_as_is_asked_for(void **state) {
        Buffer buffer = BUFFER_NULL;

        (void)state;
        buffer_append(&buffer, "a", 1);
        buffer_reserve(&buffer, 1000000);
        assert_true(buffer.capacity - buffer.length >= 1000000);
        assert_int_equal(buffer.length, 1);
        assert_int_equal(buffer.text[0], 'a');
        buffer_free(&buffer);
}

static void nothing_can_be_appended_to_nothing(void **state) {
        Buffer buffer = BUFFER_NULL;

        (void)state;
        buffer_append(&buffer, "", 0);
        assert_int_equal(buffer.length, 0);
        buffer_free(&buffer);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(text_is_appended_however_long_it_gets),
                cmocka_unit_test(room_is_made_for_as_much_as_is_asked_for),
                cmocka_unit_test(nothing_can_be_appended_to_nothing),
        };

        return cmocka_run_group_tests_name("buffer", tests, NULL, NULL);
}
