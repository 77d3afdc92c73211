/* SPDX-License-Identifier: MIT */
#include "runtime/forwards.h"

#include "base/lines.h"
#include "config.h"
#include "runtime/conntrack.h"
#include "runtime/forward-elements.h"
#include "runtime/loaded-rules.h"
#include "runtime/run-tool.h"
#include "runtime/untrusted-chain.h"
#include "state/format.h"
#include "state/record.h"
#include "systemd/log.h"

static char *const nft[] = {(char *)TOOL_NFT, (char *)"-f", (char *)"-", NULL};

int forwards_add(const Buffer *script) {
        return script->length == 0 ? 0 : run_tool(nft, script);
}

bool forwards_try_to_add(const Buffer *script) {
        return end_program(start_program(nft, script, true)) == 0;
}

bool forwards_try_to_add_elements(const Buffer *script) {
        CLEANUP_BUFFER Buffer loaded = BUFFER_NULL;

        return loaded_rules_read(&loaded) >= 0 && loaded_rules_are_of(&loaded, script) &&
               forward_elements_add(script) >= 0;
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

void forwards_take_over(const Buffer *script) {
        for_each_line(line, end, script) {
                const char *element = line_behind(line, end, ELEMENT_ADD);
                CLEANUP_BUFFER Buffer input = BUFFER_NULL;

                if (!element)
                        continue;
                buffer_append_text(&input, ELEMENT_DELETE);
                buffer_append(&input, element, (size_t)(end + 1 - element));
                /* Most are not there. */
                ignore_failure(end_program(start_program(nft, &input, true)));
        }
}

/* Adds them before, as what is missing cannot be deleted. */
static int delete_with_nft(const Buffer *script, const Buffer *kept) {
        CLEANUP_BUFFER Buffer input = BUFFER_NULL;

        buffer_append(&input, script->text, script->length);
        for_each_line(line, end, script) {
                const Buffer rest = {
                        .text = (char *)end + 1, .length = (size_t)(script->text + script->length - end - 1)};
                const char *element = line_behind(line, end, ELEMENT_ADD);

                /* One that is there twice can be deleted once. */
                if (!element || has_line(kept, line, (size_t)(end - line)) ||
                        has_line(&rest, line, (size_t)(end - line)))
                        continue;
                buffer_append_text(&input, ELEMENT_DELETE);
                buffer_append(&input, element, (size_t)(end + 1 - element));
        }
        return run_tool(nft, &input);
}

int forwards_delete(const Buffer *script, const Buffer *kept) {
        int r = forward_elements_delete(script, kept) >= 0 ? 0 : delete_with_nft(script, kept);

        conntrack_forget(script, kept);
        return r;
}

/* With the table, if nobody else has any. */
static int delete_all(int records, const Buffer *script) {
        int r;

        if (records_have_file(records, RECORD_NETWORK) || records_have_file(records, RECORD_NFT))
                return forwards_delete(script, &BUFFER_NULL);
        r = untrusted_chain_remove(records);
        conntrack_forget(script, &BUFFER_NULL);
        return r;
}

int forwards_remove(int records, const char *container) {
        CLEANUP_BUFFER Buffer script = BUFFER_NULL, rest = BUFFER_NULL;
        int r = record_read(container, RECORD_NFT_ENDING, &script);

        if (r < 0)
                return r;
        /* What the record has is moved aside, behind what is there already. */
        if (script.length == 0) {
                if ((r = record_rename_file(records, container, RECORD_NFT, RECORD_NFT_ENDING)) < 0 ||
                        (r = record_read(container, RECORD_NFT_ENDING, &script)) < 0)
                        return r;
        } else {
                if ((r = record_read(container, RECORD_NFT, &rest)) < 0)
                        return r;
                buffer_append(&script, rest.text, rest.length);
                if ((r = record_replace_file(records, container, RECORD_NFT_ENDING, &script)) < 0 ||
                        (r = record_remove_file(records, container, RECORD_NFT)) < 0)
                        return r;
        }
        if ((r = loaded_rules_set(records, container, &BUFFER_NULL)) < 0 ||
                (script.length > 0 && (r = delete_all(records, &script)) < 0))
                return r;
        return record_remove_file(records, container, RECORD_NFT_ENDING);
}
