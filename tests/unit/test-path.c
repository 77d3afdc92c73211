/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/path.h"

typedef struct Case {
        const char *path, *directory;
        const char *behind; /* NULL: it is somewhere else */
} Case;

static const Case cases[] = {
        {"/a/b", "/a", "b"},
        {"/a/b/c", "/a", "b/c"},
        {"/a", "/a", ""},
        {"/", "/", ""},
        {"/a", "/", "a"},
        {"/a/b", "/", "a/b"},
        {"/ab", "/a", NULL},
        {"/a-b", "/a", NULL},
        {"/a", "/a/b", NULL},
        {"/", "/a", NULL},
        {"/b", "/a", NULL},
        {"/b/a", "/a", NULL},
        {"/a/", "/a", ""}, /* not a path as it is written, but no other place either */
        {"a/b", "/a", NULL},
        {"/a", "", "a"}, /* a root that is the host's own */
        {"/a/b", "/a/", "b"},
};

static void a_path_is_below_a_directory_whole_names_behind_it(void **state) {
        (void)state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                const Case *c = &cases[i];
                const char *behind = path_behind(c->path, c->directory);

                if (!behind != !c->behind || (behind && strcmp(behind, c->behind) != 0))
                        fail_msg("%s, %s: %s", c->path, c->directory, behind ? behind : "(somewhere else)");
                assert_int_equal(path_is_within(c->path, c->directory), c->behind != NULL);
                assert_int_equal(path_is_below(c->path, c->directory), c->behind && c->behind[0] != '\0');
        }
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_path_is_below_a_directory_whole_names_behind_it),
        };

        return cmocka_run_group_tests_name("path", tests, NULL, NULL);
}
