/* SPDX-License-Identifier: MIT */
/* check-shape MANIFEST…: whether shape.h sees what it is there for. Each file that is generated from the manifests is changed in many
 * ways that no template allows, one at a time, and each has to be found. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/file.h"
#include "config.h"
#include "files.h"
#include "generate/templates.h"
#include "shape.h"
#include "state/record.h"

static const char *const foreign[] = {"ExecStartPre=/bin/sh -c id\n", "ExecStopPost=:" TOOL_FALSE "\n", "User=root\n",
        "[Service]\n", "[X-Other]\n", "\n", "    \\\n", "    --capability=CAP_SYS_ADMIN\n", "add element x\n",
        "R /etc\n", "link delete eth0\n"};

static const char *const constants[] = {LIBEXECDIR "/container-init", LIBEXECDIR "/container-runtime", TOOL_ECHO,
        TOOL_FALSE, TOOL_NFT, TOOL_SYSTEMD_NSPAWN, TOOL_SYSTEMD_RUN, RECORDS_DIRECTORY, FILES_DIRECTORY};

static unsigned found, missed;

/* Takes @length bytes at @start from the file, and puts @text there, or at @elsewhere. That has to be found. */
static void change(const char *what, const File *file, size_t start, size_t length, const char *text,
        size_t text_length, size_t elsewhere) {
        Buffer changed = BUFFER_NULL;

        for (size_t i = 0; i <= file->length; i++) {
                if (i == elsewhere)
                        buffer_append(&changed, text, text_length);
                if (i < file->length && (i < start || i >= start + length))
                        buffer_append(&changed, file->text + i, 1);
        }
        if (shape_check(file->subdirectory, file->name, changed.text, changed.length, FILES_DIRECTORY)) {
                found++;
        } else {
                missed++;
                printf("not ok %s is not found in %s:\n%.*s\n", what, file->name, (int)changed.length, changed.text);
        }
        buffer_free(&changed);
}

static void replace(const char *what, const File *file, size_t start, size_t length, const char *text) {
        change(what, file, start, length, text, strlen(text), start);
}

/* The number of lines of all templates that start like @line, up to their first placeholder; @ret_literal is the longest of these
 * starts. @broken: it is of the unit of a container with errors, whose template is another. */
static size_t find_start(const char *line, size_t length, bool broken, size_t *ret_literal, bool *ret_whole) {
        size_t n = 0;

        *ret_literal = 0;
        *ret_whole = false;
        for (size_t i = 0; i < TEMPLATES_LENGTH; i++) {
                const char *end = template_texts[i].end, *next;

                if ((i == TEMPLATE_broken_service) != broken)
                        continue;
                for (const char *t = template_texts[i].start; t < end; t = next) {
                        const char *literal;

                        next = (const char *)memchr(t, '\n', (size_t)(end - t)) + 1;
                        literal = memchr(t, '@', (size_t)(next - t));
                        /* The "@" of nft's sets and of "container@" are none of placeholders. */
                        if (literal && (literal[1] == '@' || !memchr(literal + 1, '@', (size_t)(next - literal - 1))))
                                literal = NULL;
                        if (!literal)
                                literal = next;
                        if ((size_t)(literal - t) > length || memcmp(t, line, (size_t)(literal - t)) != 0 ||
                                (literal == next && (size_t)(next - t) != length))
                                continue;
                        n++;
                        if ((size_t)(literal - t) > *ret_literal) {
                                *ret_literal = (size_t)(literal - t);
                                *ret_whole = literal == next;
                        }
                }
        }
        return n;
}

/* Each byte of a line that is the template's; a flag that is a value can be any, so of those only the quote in front. */
static void change_literal(const File *file, size_t line, size_t literal) {
        size_t blanks = strspn(file->text + line, " ");

        if (strncmp(file->text + line + blanks, "\"-", 2) == 0)
                literal = literal > blanks ? blanks + 1 : literal;
        for (size_t i = 0; i < literal; i++)
                if (file->text[line + i] != '\n')
                        replace("another byte", file, line + i, 1, file->text[line + i] == '~' ? "!" : "~");
}

/* A value can neither end its line nor, where there are quotes, its word, and it has no specifiers. */
static void change_values(const File *file, size_t line, size_t next, bool is_entry) {
        const char *text = file->text;
        /* Of comments and of Description=, SourcePath= and SyslogIdentifier= they are a part like any other. */
        bool has_quotes = !strchr("#DS", text[line]), quoted = false;

        for (size_t i = line; i + 1 < next; i++) {
                char before = i > line ? text[i - 1] : '\0';

                if (!is_entry || i == line || !strchr("#;", text[i + 1]))
                        replace("a newline", file, i, 1, "\n");
                if (is_entry)
                        continue;
                if (text[i] == '"' && before != '\\')
                        quoted = !quoted;
                else if (has_quotes && quoted && before != '\\')
                        replace("a quote", file, i, 1, "\"");
                /* A number with a "%" behind it is another limit. */
                if (text[i] != '%' && text[i + 1] != '\n' && text[i + 1] != '%' && before != '%')
                        replace("a specifier", file, i, 1, "%");
        }
}

static void change_file(const File *file) {
        size_t entry = file->length, entry_end = file->length, next;
        const char *section = memmem(file->text, file->length, "\n[X-Manifest]\n", 14);
        bool broken = !section && strncmp(file->name, "container@", 10) == 0;

        if (section) {
                const char *end = strstr(section, "\n\n");

                /* Behind "[X-Manifest]", "#version", "#containers" and the name. */
                for (int i = 0; i < 4; i++)
                        section = strchr(section + (i == 0), '\n') + 1;
                entry = (size_t)(section - file->text);
                entry_end = (size_t)(end - file->text) + 1;
        }
        for (size_t line = 0; line < file->length; line = next) {
                bool inside = line >= entry && line < entry_end, whole;
                size_t literal, n;

                next = (size_t)(strchr(file->text + line, '\n') - file->text) + 1;
                n = find_start(file->text + line, next - line, broken, &literal, &whole);
                for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++)
                        replace("a foreign line", file, line, 0, foreign[i]);
                if (!inside && line != entry_end)
                        replace("a comment", file, line, 0, "# ExecStart=x\n");
                if (!inside)
                        change_literal(file, line, literal);
                if (inside || !whole)
                        change_values(file, line, next, inside);
                if (!inside && n == 1 && whole && literal > 1) {
                        replace("a missing line", file, line, next - line, "");
                        change("a line twice", file, line, 0, file->text + line, next - line, line);
                        for (size_t other = 0, end; other < file->length; other = end) {
                                end = (size_t)(strchr(file->text + other, '\n') - file->text) + 1;
                                if ((other < line || other > next) &&
                                        !(other >= entry && other <= entry_end && file->text[line] == '#'))
                                        change("a line elsewhere", file, line, next - line, file->text + line,
                                                next - line, other);
                        }
                }
        }
        for (size_t i = 0; i < sizeof(constants) / sizeof(constants[0]); i++)
                for (const char *at = file->text; (at = strstr(at, constants[i])); at++)
                        if (at < file->text + entry)
                                replace("another constant", file, (size_t)(at - file->text), strlen(constants[i]),
                                        "/tmp/x");
        replace("an end that is missing", file, file->length - 1, 1, "");
        change("all of it twice", file, file->length, 0, file->text, file->length, file->length);
}

int main(int argc, char *argv[]) {
        for (int i = 1; i < argc; i++) {
                Buffer text = BUFFER_NULL;
                Files files;

                if (read_file(argv[i], &text) < 0) {
                        perror(argv[i]);
                        return EXIT_FAILURE;
                }
                files = files_generate(NULL, text.text, text.length, NULL, NULL);
                for (size_t j = 0; j < files.length; j++)
                        change_file(&files.items[j]);
                files_free(&files);
                buffer_free(&text);
        }
        printf("%u passed, %u failed, 0 skipped\n", found, missed);
        return missed == 0 && found > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
