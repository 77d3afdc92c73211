/* SPDX-License-Identifier: MIT */
#include "cli/remote-verbs.h"

#include <time.h>

#include "base/lines.h"
#include "cli/operands.h"
#include "cli/remote-json.h"
#include "cli/verbs.h"
#include "systemd/log.h"

static RemoteOutput *new_outputs(Arena *arena, size_t length) {
        return arena_alloc(arena, length * sizeof(RemoteOutput));
}

static void free_outputs(RemoteOutput outputs[], size_t length) {
        for (size_t i = 0; i < length; i++)
                buffer_free(&outputs[i].text);
}

/* What is @good is shown; what is not makes the host one that has failed, unless it has already. */
static void expect(RemoteOutput *output, bool good, const char *verb) {
        if (!good && output->status >= 0 && output->status != EXIT_FAILURE)
                output->status = log_error(EBADMSG, "%s: Failed to read what nixos-container %s --json printed.",
                        output->host->text, verb);
}

/* Prints what all hosts have printed as JSON. */
static void print_json(RemoteOutput outputs[], size_t length, const char *verb) {
        CLEANUP_JSON Json json = JSON_NULL;

        json_open(&json, NULL, '[');
        for (size_t i = 0; i < length; i++)
                expect(&outputs[i], remote_json_merge(&json, outputs[i].host->text, &outputs[i].text), verb);
        if (json.text.length > 1)
                json_break(&json, "\n");
        json_close(&json, ']');
        printf("%.*s\n", (int)json.text.length, json.text.text);
}

static void print_table(Arena *arena, RemoteOutput outputs[], size_t length) {
        ListRows rows = {0};

        for (size_t i = 0; i < length; i++)
                expect(&outputs[i],
                        remote_json_read_rows(arena, outputs[i].host->text, length > 1, &outputs[i].text,
                                (uint64_t)time(NULL), &rows),
                        "list");
        if (rows.length > 0)
                list_print_table(arena, rows.rows, rows.length);
        free(rows.rows);
}

static void print_names(const RemoteOutput outputs[], size_t length) {
        for (size_t i = 0; i < length; i++)
                for_each_line(line, end, &outputs[i].text)
                        printf("%s %.*s\n", outputs[i].host->text, (int)(end - line), line);
}

int remote_list(const RemoteHost hosts[], size_t length, int argc, char *argv[]) {
        int json = false, r = read_operands(argc, argv,
                                  (const struct option[]){{"json", no_argument, &json, true}, {0}}, OPERANDS_NONE);
        bool table = !json && isatty(STDOUT_FILENO);
        char *const asked[] = {argv[0], json || table ? (char *)"--json" : NULL, NULL};
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        RemoteOutput *outputs;

        if (r < 0)
                return r;
        if (length == 1 && !table)
                return remote_run(hosts, false, false, asked);
        outputs = new_outputs(&arena, length);
        if ((r = remote_collect(hosts, length, asked, outputs)) != 0)
                return r;
        if (json)
                print_json(outputs, length, argv[0]);
        else if (table)
                print_table(&arena, outputs, length);
        else
                print_names(outputs, length);
        for (size_t i = 0; i < length; i++)
                if (outputs[i].status != 0)
                        r = EXIT_FAILURE;
        free_outputs(outputs, length);
        return r;
}

int remote_plan(const RemoteHost hosts[], size_t length, int argc, char *argv[]) {
        int json = false, none = false, r;
        const struct option options[] = {{"json", no_argument, &json, true}, {"none", no_argument, &none, true}, {0}};
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        RemoteOutput *outputs;

        if (length == 1)
                return remote_run(hosts, true, false, argv);
        if ((r = read_operands(argc, argv, options, OPERANDS_ANY)) < 0)
                return r;
        outputs = new_outputs(&arena, length);
        if ((r = remote_collect(hosts, length, argv, outputs)) != 0)
                return r;
        if (json)
                print_json(outputs, length, argv[0]);
        for (size_t i = 0; i < length; i++) {
                const RemoteOutput *output = &outputs[i];

                if (!json && output->text.length > 0)
                        printf("%s%s:\n%.*s", i > 0 ? "\n" : "", output->host->text, (int)output->text.length,
                                output->text.text);
                /* A failure counts more than something to do. */
                if (output->status != 0 && r != EXIT_FAILURE)
                        r = output->status == EXIT_CHANGES ? EXIT_CHANGES : EXIT_FAILURE;
        }
        free_outputs(outputs, length);
        return r;
}
