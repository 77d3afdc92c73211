/* SPDX-License-Identifier: MIT */
#include "switch/print-plan.h"

#include "base/json.h"
#include "base/text.h"

/* What tells two paths of the store apart, which mostly have long hashes in front. */
static const char *shortened(Arena *arena, const char *value, const char *other) {
        static const char store[] = "\"/nix/store/";
        const size_t hash = sizeof(store) - 1, name = hash + 33;

        if (strlen(value) <= name || strlen(other) <= name || strncmp(value, store, hash) != 0 ||
                strncmp(other, store, hash) != 0 || value[name - 1] != '-')
                return value;
        if (strcmp(value + name, other + name) == 0)
                return arena_printf(arena, "%.8s…-%.*s", value + hash, (int)strlen(value + name) - 1, value + name);
        return arena_printf(arena, "…-%.*s", (int)strlen(value + name) - 1, value + name);
}

static const char *change_text(Arena *arena, const OptionChange *change) {
        if (!change->old && !change->new)
                return arena_printf(arena, "%s: content changed", change->option);
        if (!change->old)
                return arena_printf(arena, "%s: added %s", change->option, change->new);
        if (!change->new)
                return arena_printf(arena, "%s: removed %s", change->option, change->old);
        return arena_printf(arena, "%s: %s → %s", change->option, shortened(arena, change->old, change->new),
                shortened(arena, change->new, change->old));
}

void plan_print(const Plan *plan, FILE *stream, bool colour) {
        for (size_t i = 0; i < plan->length; i++) {
                const PlannedContainer *item = &plan->items[i];

                if (item->action == ACTION_NONE)
                        continue;
                fprintf(stream, "%s: %s%s%s", item->shown_name, colour ? action_words[item->action].colour : "",
                        action_words[item->action].name, colour ? "\033[0m" : "");
                if (item->reason)
                        fprintf(stream, " (%s", printable(plan->arena, item->reason));
                for (const OptionChange *change = item->changes; change; change = change->next)
                        fprintf(stream, "%s%s", change == item->changes && !item->reason ? " (" : "; ",
                                printable(plan->arena, change_text(plan->arena, change)));
                fputs(item->reason || item->changes ? ")\n" : "\n", stream);
        }
}

void plan_print_json(const Plan *plan, FILE *stream) {
        CLEANUP_JSON Json json = JSON_NULL;

        json_open(&json, NULL, '[');
        for (size_t i = 0; i < plan->length; i++) {
                const PlannedContainer *item = &plan->items[i];

                if (item->action == ACTION_NONE)
                        continue;
                json_break(&json, "\n");
                json_open(&json, NULL, '{');
                json_string(&json, "name", item->name);
                json_string(&json, "action", action_words[item->action].name);
                json_string(&json, "reason", item->reason);
                json_open(&json, "changes", '[');
                for (const OptionChange *change = item->changes; change; change = change->next) {
                        json_open(&json, NULL, '{');
                        json_string(&json, "option", change->option);
                        json_value(&json, "old", change->old);
                        json_value(&json, "new", change->new);
                        json_close(&json, '}');
                }
                json_close(&json, ']');
                json_close(&json, '}');
        }
        json_break(&json, "\n");
        json_close(&json, ']');
        (void)fwrite(json.text.text, 1, json.text.length, stream);
        (void)fputc('\n', stream);
}
