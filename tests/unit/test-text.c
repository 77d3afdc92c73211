/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"

/* RFC 3629, section 3, and its table of what is not allowed. */
static void only_valid_characters_have_a_size(void **state) {
        static const struct {
                const char *text;
                size_t length, size;
        } texts[] = {
                {"a", 1, 1}, {"\302\265", 2, 2}, {"\342\202\254", 3, 3}, {"\360\220\215\210", 4, 4},
                {"\364\217\277\277", 4, 4}, {"", 0, 0}, {"\265", 1, 0}, /* begins with what follows */
                {"\302", 1, 0},                                         /* ends too early */
                {"\342\202a", 3, 0},                                    /* as does this, before another */
                {"\300\200", 2, 0},                                     /* longer than need be */
                {"\340\200\200", 3, 0},                                 /* as is this */
                {"\355\240\200", 3, 0},                                 /* half of a pair of UTF-16 */
                {"\364\220\200\200", 4, 0},                             /* behind the last */
                {"\370\210\200\200", 4, 0},                             /* five bytes */
        };

        (void)state;
        for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
                assert_int_equal(utf8_size(texts[i].text, texts[i].length), texts[i].size);
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(only_valid_characters_have_a_size),
        };

        return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
