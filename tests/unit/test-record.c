/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/file.h"
#include "records.h"

static void a_format_is_a_number_that_is_known(void **state) {
        static const char *const others[] = {
                "", "\n", "1", "0\n", "2\n", "x\n", "1x\n", "1\n\n", "-1\n", "4294967297\n", "11111111111111111111\n"};
        Arena arena = ARENA_NULL;
        const char *unknown;

        (void)state;
        assert_return_code(mkdir("/run/record", 0755), errno);
        assert_return_code(record_check_format(&arena, "/run/record", &unknown), 0);
        assert_null(unknown);
        write_text("/run/record/format", "1\n");
        assert_return_code(record_check_format(&arena, "/run/record", &unknown), 0);
        assert_null(unknown);
        for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
                write_text("/run/record/format", others[i]);
                assert_return_code(record_check_format(&arena, "/run/record", &unknown), 0);
                assert_non_null(unknown);
        }
        assert_return_code(unlink("/run/record/format"), errno);
        assert_return_code(mkdir("/run/record/format", 0755), errno);
        assert_int_equal(SAYING(record_check_format(&arena, "/run/record", &unknown)), -EISDIR);
        MENTIONS("/run/record/format", strerror(EISDIR));
        arena_free(&arena);
}

static void what_an_interrupted_update_has_left_is_removed_and_nothing_else(void **state) {
        static const char *const kept[] = {"web/unit", "web/nft.new", ".db.new/unit", "x.new", ".resolv-conf/host"};
        static const char *const left[] = {".new", ".web.new/unit"};

        (void)state;
        records_clean();
        close(records_open());
        mkdir(at("web"), 0755);
        mkdir(at(".db.new"), 0755);
        mkdir(at(".web.new"), 0755);
        mkdir(at(".resolv-conf"), 0755);
        for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
                write_text(at(kept[i]), "");
        for (size_t i = 0; i < sizeof(left) / sizeof(left[0]); i++)
                write_text(at(left[i]), "");
        records_clean();
        for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
                assert_true(is_there(kept[i]));
        assert_false(is_there(".new"));
        assert_false(is_there(".web.new"));
}

static void a_claim_is_a_file_name(void **state) {
        const Buffer claims = {.text = (char *)"tcp:80\na/b\n", .length = 11};
        ClaimConflict conflict;
        int records = records_open();

        (void)state;
        assert_int_equal(SAYING(claims_take(records, "web", &claims, &conflict)), -EINVAL);
        MENTIONS("\"a/b\"", strerror(EINVAL));
        assert_int_equal(SAYING(claims_release(records, "web", &claims, &BUFFER_NULL)), -EINVAL);
        assert_string_equal(holder_of("tcp:80"), "");
        close(records);
}

/* @section and the table together are an nft script that creates it; the lines of another version have it already. */
static void the_rules_of_a_record_are_complete(void **state) {
        static const char
                element[] = "add element inet nixos-containers internet { \"ve-web\" }\n\n",
                old[] = "# As it was.\ntable inet nixos-containers\nadd element inet nixos-containers a { b }\n";
        CLEANUP_BUFFER Buffer table = BUFFER_NULL, unit = BUFFER_NULL;
        CLEANUP_RECORD_PARTS RecordParts parts = RECORD_PARTS_NULL, parts_of_old = RECORD_PARTS_NULL,
                                         none = RECORD_PARTS_NULL;

        (void)state;
        assert_return_code(read_file("templates/nixos-containers.nft", &table), 0);
        buffer_append_text(&table, element);
        buffer_append_text(&unit, "[X-Nftables]\n# Of a person.\n");
        buffer_append_text(&unit, element);
        buffer_append_text(&unit, "[X-Manifest]\n");
        parts = record_parts_of(&unit);
        assert_true(buffer_equals(&parts.nft, &table));

        unit.length = 0;
        buffer_append_text(&unit, "[X-Nftables]\n");
        buffer_append_text(&unit, old);
        parts_of_old = record_parts_of(&unit);
        assert_int_equal(parts_of_old.nft.length, strlen(old));
        assert_memory_equal(parts_of_old.nft.text, old, strlen(old));

        unit.length = 0;
        buffer_append_text(&unit, "[X-Manifest]\n");
        none = record_parts_of(&unit);
        assert_int_equal(none.nft.length, 0);
}

int main(void) {
#define TEST(function) cmocka_unit_test_setup(function, start_test)
        static const struct CMUnitTest tests[] = {
                TEST(a_format_is_a_number_that_is_known),
                TEST(what_an_interrupted_update_has_left_is_removed_and_nothing_else),
                TEST(a_claim_is_a_file_name),
                TEST(the_rules_of_a_record_are_complete),
        };

        return own_run("record") ? cmocka_run_group_tests_name("record", tests, NULL, NULL) : 0;
}
