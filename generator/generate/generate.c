/* SPDX-License-Identifier: MIT */
#include "generate/generate.h"

#include "state/record.h"

static const char *const placeholder_names[PLACEHOLDERS_LENGTH] = {
#define P(symbol, name) name,
        PLACEHOLDERS(P)
#undef P
#define S(option, symbol, placeholder) placeholder,
                SWITCHES(S)
#undef S
};

static void add_auto_start(Generator *g, const Container *container) {
        const char *unit = container->auto_start.value ? broken_unit_name(g, container->name.text) : NULL;

        if (unit)
                add(g, AUTO_START, arena_copy(g->manifest->arena, unit, strlen(unit)));
}

static void compile_templates(Generator *g) {
        Placeholder placeholders[PLACEHOLDERS_LENGTH] = {
                [CONTAINER_INIT].constant = CONTAINER_INIT_PATH,
                [CONTAINER_RUNTIME].constant = LIBEXECDIR "/container-runtime",
                [ECHO].constant = TOOL_ECHO,
                [FALSE].constant = TOOL_FALSE,
                [SYSTEMD_NSPAWN].constant = TOOL_SYSTEMD_NSPAWN,
                [GENERATOR_DIRECTORY].constant = g->options->generator_directory,
                [RECORDS].constant = RECORDS_DIRECTORY,
        };
        static const PlaceholderNumber single[] = {NAME, MANIFEST, LINE, SYSTEM, ROOT, TIMEOUT_START, TIMEOUT_RELOAD,
                RESOLV_CONF, IDMAP, PRIVATE_USERS, SHOWN_NAME, FIRST_DIAGNOSTIC};

        for (size_t i = 0; i < PLACEHOLDERS_LENGTH; i++)
                placeholders[i].name = placeholder_names[i];
        for (size_t i = 0; i < sizeof(single) / sizeof(single[0]); i++)
                placeholders[single[i]].single = true;
        for (size_t i = 0; i < TEMPLATES_LENGTH; i++)
                g->templates[i] = template_compile(template_texts[i].start,
                        (size_t)(template_texts[i].end - template_texts[i].start), placeholders, PLACEHOLDERS_LENGTH);
}

void generate(Manifest *manifest, const GenerateOptions *options, Output *output) {
        static const char drop_in[] = "nixos-containers.conf";
        Generator g = {.options = options, .manifest = manifest, .output = output, .window = WINDOW_NULL};
        size_t retired = 0;

        compile_templates(&g);
        if (options->with_records)
                find_old_containers(&g);
        for (size_t i = 0; i < manifest->length; i++) {
                const Container *container = manifest->containers[i];

                /* The second of two with one name has no unit of its own. */
                if (container->is_duplicate)
                        continue;
                if (container->broken || generate_unit(&g, container) < 0)
                        generate_broken(&g, container);
                add_auto_start(&g, container);
        }
        if (options->with_records)
                retired = generate_retired(&g);

        if (g.values[AUTO_START].length > 0)
                generate_file(&g, TEMPLATE_machines_target, "machines.target.d", drop_in);
        if (manifest->length > 0)
                generate_file(&g, TEMPLATE_multi_user_target, "multi-user.target.d", drop_in);
        if (manifest->length + retired > 0) {
                generate_file(&g, TEMPLATE_container_ends, NULL, ENDS_UNIT);
                generate_file(&g, TEMPLATE_nftables_service, "nftables.service.d", drop_in);
                generate_file(&g, TEMPLATE_container_rules, NULL, RULES_UNIT);
        }
        if (g.any_keeps)
                generate_file(&g, TEMPLATE_container_nix_roots, NULL, NIX_ROOTS_UNIT);
        if (g.any_follows) {
                generate_file(&g, TEMPLATE_resolv_conf_path, NULL, RESOLV_CONF_UNIT ".path");
                generate_file(&g, TEMPLATE_resolv_conf_service, NULL, RESOLV_CONF_UNIT ".service");
                generate_file(&g, TEMPLATE_resolv_conf_again, NULL, RESOLV_CONF_UNIT "-again.service");
        }

        for (size_t i = 0; i < TEMPLATES_LENGTH; i++)
                template_free(g.templates[i]);
        for (size_t i = 0; i < PLACEHOLDERS_LENGTH; i++)
                free(g.values[i].items);
        name_table_free(&g.old);
        buffer_free(&g.window.text);
        buffer_free(&g.entry);
        arena_free(&g.scratch);
}
