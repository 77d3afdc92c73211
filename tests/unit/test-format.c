/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <glob.h>
#include <string.h>

#include "base/file.h"
#include "base/lines.h"
#include "state/format.h"

#define TEXT_OF_TOKEN(token) #token
#define TEXT_OF(macro) TEXT_OF_TOKEN(macro)

static Buffer text_of_file(const char *path) {
        Buffer text = BUFFER_NULL;

        assert_return_code(read_file(path, &text), 0);
        return text;
}

/* Whether a line of @text starts with @start and, wherever, has @word ("": any). */
static bool has_line_with(const Buffer *text, const char *start, const char *word) {
        for_each_line(line, end, text) {
                if (line_behind(line, end, start) && memmem(line, (size_t)(end - line), word, strlen(word)))
                        return true;
        }
        return false;
}

static void what_is_looked_for_in_records_is_what_the_templates_write(void **state) {
        static const struct {
                const char *template, *start, *word;
        } cases[] = {
                {"container.end", UNIT_END, ".service"},
                {"container@.service", UNIT_CONTINUED, ""},
                {"container.sections", UNIT_SECTIONS, ".service]"},
                {"container.claims", SECTION_CLAIMS, ""},
                {"container.tmpfiles", SECTION_TMPFILES, ""},
                {"container.network", SECTION_NETWORK, ""},
                {"container.nft", SECTION_NFT, ""},
                {"container.localhost", SECTION_LOCALHOST, ""},
                {"container.manifest", SECTION_MANIFEST, ""},
                {"container.network", LINK_ADD "@link@" LINK_ADDRESS "@link.mac@ ", ""},
                {"container.network", LINK_SET "@bridged-link@" LINK_MASTER, ""},
                {"container.nft", ELEMENT_ADD FORWARDS_TABLE " @forward@ { @forward.key@ : ", ""},
                {"nixos-containers.nft", "table " FORWARDS_TABLE, " {"},
                {"container.nft", ELEMENT_RESTRICTED "@restricted-link@\" }", ""},
                {"container.nft", ELEMENT_INTERNET "@internet-link@\" }", ""},
                {"container.nft", ELEMENT_ADD FORWARDS_TABLE " @hairpin@ { \"@hairpin.link@\" . @hairpin.address@ . ",
                        ""},
                {"container.network", ROUTE_ADD "@host-route@" ROUTE_DEVICE "@host-route.link@", ""},
                {"nixos-containers.nft", "\t\toifgroup ", " meta mark or " TEXT_OF(RESTRICTED_MARK)},
                {"container.tmpfiles", FILES_REMOVE "/run/nixos-containers/", ""},
                {"container.tmpfiles", FILES_MAKE " /run/nixos-containers ", ""},
                {"container.tmpfiles", FILES_MAKE_QUOTED "@root@/", "\" :0755 "},
        };
        char path[128];

        (void)state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                CLEANUP_BUFFER Buffer text = BUFFER_NULL;

                snprintf(path, sizeof(path), "templates/%s", cases[i].template);
                text = text_of_file(path);
                if (!has_line_with(&text, cases[i].start, cases[i].word))
                        fail_msg("%s has no line \"%s…%s\"", path, cases[i].start, cases[i].word);
        }
}

/* The manifest of a record is compared as a whole with what it would be now. */
static void a_record_has_the_entry_behind_the_name(void **state) {
        static const char wanted[] = MANIFEST_NAME "@name@" MANIFEST_ENTRY;
        CLEANUP_BUFFER Buffer text = text_of_file("templates/container.manifest"), record = BUFFER_NULL;

        (void)state;
        for_each_line(line, end, &text) {
                if (*line == '#' && line[1] != '#')
                        buffer_append(&record, line + 1, (size_t)(end - line));
        }
        assert_int_equal(record.length, sizeof(wanted) - 1);
        assert_memory_equal(record.text, wanted, record.length);
}

/* Each link that is added, as only what is known by its MAC address is deleted, and each port of UDP. */
static void what_the_generator_writes_has_no_other_form(void **state) {
        size_t links = 0, ports = 0;
        glob_t cases;

        (void)state;
        assert_int_equal(glob("tests/golden/*.expected", 0, NULL, &cases), 0);
        for (size_t i = 0; i < cases.gl_pathc; i++) {
                CLEANUP_BUFFER Buffer text = text_of_file(cases.gl_pathv[i]);

                for_each_line(line, end, &text) {
                        const char *link = line_behind(line, end, LINK_ADD);

                        if (link) {
                                assert_non_null(memmem(link, (size_t)(end - link), LINK_ADDRESS, strlen(LINK_ADDRESS)));
                                links++;
                        }
                        if (line_behind(line, end, ELEMENT_ADD))
                                ports += memmem(line, (size_t)(end - line), ELEMENT_UDP, strlen(ELEMENT_UDP)) != NULL;
                        assert_false(line_behind(line, end, "link add ") && !link);
                }
        }
        globfree(&cases);
        assert_true(links > 0 && ports > 0);
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_is_looked_for_in_records_is_what_the_templates_write),
                cmocka_unit_test(a_record_has_the_entry_behind_the_name),
                cmocka_unit_test(what_the_generator_writes_has_no_other_form),
        };

        return cmocka_run_group_tests_name("format", tests, NULL, NULL);
}
