/* SPDX-License-Identifier: MIT */
#include "runtime/forwards.h"

#include "base/lines.h"
#include "config.h"
#include "runtime/conntrack.h"
#include "runtime/run-tool.h"
#include "state/format.h"
#include "state/record.h"
#include "systemd/log.h"

static char *const nft[] = {(char *)TOOL_NFT, (char *)"-f", (char *)"-", NULL};

/* run_tool(), but also what the tool itself has said is a failure. */
static int run_nft(const Buffer *script) {
        int r = run_tool(nft, script);

        return r > 0 ? -EIO : r;
}

int forwards_add(const Buffer *script) {
        return script->length == 0 ? 0 : run_nft(script);
}

/* The length of a script for nft without the elements, with which it ends. */
static size_t rules_length(const Buffer *script) {
        for_each_line(line, end, script) {
                if (line_behind(line, end, ELEMENT_ADD))
                        return (size_t)(line - script->text);
        }
        return script->length;
}

bool forwards_have_rules(const char *container, const Buffer *script) {
        CLEANUP_CLOSEDIR DIR *directory = opendir(RECORDS_DIRECTORY);
        size_t length = rules_length(script);
        const struct dirent *entry;

        while (directory && (entry = readdir(directory))) {
                CLEANUP_BUFFER Buffer other = BUFFER_NULL;

                if (entry->d_name[0] != '.' && strcmp(entry->d_name, container) != 0 &&
                        record_read(entry->d_name, RECORD_NFT, &other) >= 0 && rules_length(&other) == length &&
                        memcmp(other.text, script->text, length) == 0)
                        return true;
        }
        return false;
}

pid_t forwards_start_adding_elements(const Buffer *script) {
        size_t length = rules_length(script);
        const Buffer elements = {.text = script->text + length, .length = script->length - length};

        return start_program(nft, &elements, true);
}

size_t forwards_keep(Buffer *script, const Buffer *kept, size_t *ret_taken) {
        Buffer reduced = BUFFER_NULL;
        size_t left = 0;

        *ret_taken = 0;
        for_each_line(line, end, script) {
                bool is_element = line_behind(line, end, ELEMENT_ADD) != NULL;

                if (is_element && !has_line(kept, line, (size_t)(end - line))) {
                        (*ret_taken)++;
                        continue;
                }
                left += is_element;
                buffer_append(&reduced, line, (size_t)(end + 1 - line));
        }
        buffer_free(script);
        *script = reduced;
        return left;
}

int forwards_delete(const Buffer *script, const Buffer *kept, bool last) {
        static const char delete_table[] = "delete table " FORWARDS_TABLE "\n";
        CLEANUP_BUFFER Buffer input = BUFFER_NULL;
        int r;

        buffer_append(&input, script->text, script->length);
        for_each_line(line, end, script) {
                const Buffer rest = {
                        .text = (char *)end + 1, .length = (size_t)(script->text + script->length - end - 1)};
                const char *element = line_behind(line, end, ELEMENT_ADD);

                /* One that is there twice can be deleted once. */
                if (!element || has_line(kept, line, (size_t)(end - line)) ||
                        has_line(&rest, line, (size_t)(end - line)))
                        continue;
                buffer_append(&input, ELEMENT_DELETE, strlen(ELEMENT_DELETE));
                buffer_append(&input, element, (size_t)(end + 1 - element));
        }
        if (last)
                buffer_append(&input, delete_table, sizeof(delete_table) - 1);
        r = run_nft(&input);
        conntrack_forget(script, kept);
        return r;
}

/* Moves what the record has aside, behind what is there already: gives all of it. */
static int set_aside(int records, const char *container, Buffer *ret_script) {
        CLEANUP_BUFFER Buffer script = BUFFER_NULL, rest = BUFFER_NULL;
        int r = record_read(container, RECORD_NFT_ENDING, &script);

        if (r >= 0 && script.length > 0) {
                r = record_read(container, RECORD_NFT, &rest);
                buffer_append(&script, rest.text, rest.length);
                if (r >= 0)
                        r = record_replace_file(records, container, RECORD_NFT_ENDING, &script);
                if (r >= 0)
                        r = record_remove_file(records, container, RECORD_NFT);
        } else if (r >= 0) {
                r = record_rename_file(records, container, RECORD_NFT, RECORD_NFT_ENDING);
                if (r >= 0)
                        r = record_read(container, RECORD_NFT_ENDING, &script);
        }
        if (r >= 0) {
                *ret_script = script;
                script = BUFFER_NULL;
        }
        return r;
}

int forwards_remove(int records, const char *container) {
        CLEANUP_BUFFER Buffer script = BUFFER_NULL;
        int r = set_aside(records, container, &script);

        if (r >= 0 && script.length > 0)
                r = forwards_delete(&script, &BUFFER_NULL, !records_have_file(records, RECORD_NFT));
        return r < 0 ? r : record_remove_file(records, container, RECORD_NFT_ENDING);
}
