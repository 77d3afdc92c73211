/* SPDX-License-Identifier: MIT */
#include "runtime/loaded-rules.h"

#include "base/file.h"
#include "base/lines.h"
#include "state/format.h"
#include "state/record.h"
#include "systemd/log.h"

/* The line in front of a container's elements, its name behind it. */
#define OF_CONTAINER "# Of container "

int loaded_rules_read(Buffer *ret_text) {
        return record_read(LOADED_RULES_DIRECTORY, LOADED_RULES_FILE, ret_text);
}

/* The length of what is in front of the first line that starts with @start. */
static size_t length_before(const Buffer *text, const char *start) {
        for_each_line(line, end, text) {
                if (line_behind(line, end, start))
                        return (size_t)(line - text->text);
        }
        return text->length;
}

size_t rules_length(const Buffer *script) {
        return length_before(script, ELEMENT_ADD);
}

static bool is_of(const char *line, const char *end, const char *container) {
        const char *name = line_behind(line, end, OF_CONTAINER);

        return name && (size_t)(end - name) == strlen(container) && memcmp(name, container, strlen(container)) == 0;
}

/* Appends the elements that @loaded has, but those of the container. */
static void append_others(Buffer *elements, const Buffer *loaded, const char *container) {
        bool is_others = false;

        for_each_line(line, end, loaded) {
                if (line_behind(line, end, OF_CONTAINER))
                        is_others = !is_of(line, end, container);
                if (is_others)
                        buffer_append(elements, line, (size_t)(end + 1 - line));
        }
}

bool loaded_rules_are_of(const Buffer *loaded, const Buffer *script) {
        size_t has = length_before(loaded, OF_CONTAINER), rules = rules_length(script);

        return rules > 0 && has >= rules && memcmp(loaded->text + has - rules, script->text, rules) == 0;
}

Buffer loaded_rules_with(const Buffer *loaded, const char *container, const Buffer *script) {
        CLEANUP_BUFFER Buffer elements = BUFFER_NULL;
        size_t has = length_before(loaded, OF_CONTAINER), rules = rules_length(script);
        Buffer text = BUFFER_NULL;

        append_others(&elements, loaded, container);
        if (script->length > rules) {
                buffer_append_text(&elements, OF_CONTAINER);
                buffer_append_text(&elements, container);
                buffer_append_text(&elements, "\n");
                buffer_append(&elements, script->text + rules, script->length - rules);
        }
        if (elements.length == 0)
                return text;
        buffer_append(&text, loaded->text, has);
        /* Those of another version stay in front: nft takes one after the other, as it did. */
        if (rules > 0 && (has == 0 || !memmem(loaded->text, has, script->text, rules)))
                buffer_append(&text, script->text, rules);
        buffer_append(&text, elements.text, elements.length);
        return text;
}

int loaded_rules_set(int records, const char *container, const Buffer *script) {
        CLEANUP_BUFFER Buffer loaded = BUFFER_NULL, text = BUFFER_NULL;
        int r = loaded_rules_read(&loaded);

        if (r < 0)
                return r;
        text = loaded_rules_with(&loaded, container, script);
        if (buffer_equals(&text, &loaded))
                return 0;
        if (make_directory(records, LOADED_RULES_DIRECTORY, 0755) < 0)
                return log_error(
                        negative_errno(), "Failed to create " RECORDS_DIRECTORY "/" LOADED_RULES_DIRECTORY ": %m");
        return record_replace_file(records, LOADED_RULES_DIRECTORY, LOADED_RULES_FILE, &text);
}
