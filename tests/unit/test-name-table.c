/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "base/name-table.h"

static void a_new_name_is_added_and_found(void **state) {
        NameTable table = NAME_TABLE_NULL;
        int value;

        (void)state;
        assert_null(name_table_find(&table, "a"));
        assert_null(name_table_add(&table, "a", &value));
        assert_ptr_equal(name_table_find(&table, "a"), &value);
        assert_null(name_table_find(&table, "b"));
        assert_null(name_table_find(&table, ""));
        name_table_free(&table);
}

static void the_first_of_a_name_stays(void **state) {
        NameTable table = NAME_TABLE_NULL;
        char same[] = "a";
        int first, second;

        (void)state;
        assert_null(name_table_add(&table, "a", &first));
        /* The text is what counts, not where it is. */
        assert_ptr_equal(name_table_add(&table, same, &second), &first);
        assert_ptr_equal(name_table_find(&table, "a"), &first);
        assert_int_equal(table.length, 1);
        name_table_free(&table);
}

static void it_grows_and_finds_all(void **state) {
        static char names[10000][8];
        NameTable table = NAME_TABLE_NULL;

        (void)state;
        for (size_t i = 0; i < 10000; i++) {
                snprintf(names[i], sizeof(names[i]), "n%zu", i);
                assert_null(name_table_add(&table, names[i], names[i]));
        }
        for (size_t i = 0; i < 10000; i++)
                assert_ptr_equal(name_table_find(&table, names[i]), names[i]);
        assert_null(name_table_find(&table, "n10000"));
        assert_int_equal(table.length, 10000);
        name_table_free(&table);
}

static void a_table_that_was_freed_can_be_used_again(void **state) {
        NameTable table = NAME_TABLE_NULL;
        int value;

        (void)state;
        name_table_free(&table);
        name_table_add(&table, "a", &value);
        name_table_free(&table);
        assert_null(name_table_find(&table, "a"));
        assert_null(name_table_add(&table, "a", &value));
        name_table_free(&table);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_new_name_is_added_and_found),
                cmocka_unit_test(the_first_of_a_name_stays),
                cmocka_unit_test(it_grows_and_finds_all),
                cmocka_unit_test(a_table_that_was_freed_can_be_used_again),
        };

        return cmocka_run_group_tests_name("name-table", tests, NULL, NULL);
}
