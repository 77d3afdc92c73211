/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "runtime/loaded-rules.h"

static Buffer buffer_of(const char *text) {
        Buffer buffer = BUFFER_NULL;

        buffer_append_text(&buffer, text);
        return buffer;
}

/* What is loaded after a change. */
static void check_loaded(Buffer *loaded, const char *container, const char *script, const char *wanted) {
        CLEANUP_BUFFER Buffer change = buffer_of(script);
        Buffer next = loaded_rules_with(loaded, container, &change);

        assert_int_equal(next.length, strlen(wanted));
        assert_memory_equal(next.length > 0 ? next.text : "", wanted, next.length);
        buffer_free(loaded);
        *loaded = next;
}

static void what_is_loaded_is_what_containers_have(void **state) {
        CLEANUP_BUFFER Buffer loaded = BUFFER_NULL;

        (void)state;
        check_loaded(&loaded, "web", "", "");
        check_loaded(&loaded, "web", "table t {\n}\n", "");
        check_loaded(&loaded, "web", "table t {\n}\nadd element a\nadd element b\n",
                "table t {\n}\n# Of container web\nadd element a\nadd element b\n");
        check_loaded(&loaded, "we", "table t {\n}\nadd element c\n",
                "table t {\n}\n# Of container web\nadd element a\nadd element b\n# Of container we\nadd element c\n");
        check_loaded(&loaded, "web", "table t {\n}\nadd element b\n",
                "table t {\n}\n# Of container we\nadd element c\n# Of container web\nadd element b\n");
        /* Of another version. */
        check_loaded(&loaded, "new", "table u {\n}\nadd element d\n",
                "table t {\n}\ntable u {\n}\n# Of container we\nadd element c\n# Of container web\nadd element b\n"
                "# Of container new\nadd element d\n");
        check_loaded(&loaded, "we", "",
                "table t {\n}\ntable u {\n}\n# Of container web\nadd element b\n# Of container new\nadd element d\n");
        check_loaded(&loaded, "web", "", "table t {\n}\ntable u {\n}\n# Of container new\nadd element d\n");
        check_loaded(&loaded, "new", "", "");
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_is_loaded_is_what_containers_have),
        };

        return cmocka_run_group_tests_name("loaded rules", tests, NULL, NULL);
}
