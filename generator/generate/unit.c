/* SPDX-License-Identifier: MIT */
#include <sys/param.h>

#include "base/file.h"
#include "base/lines.h"
#include "generate/generator.h"
#include "state/paths.h"
#include "state/profile.h"
#include "systemd/option-path.h"
#include "systemd/unit-name.h"

/* Adds an error about the container that only shows now. */
static void complain(Generator *g, const Container *container, const char *message) {
        diagnose(&g->manifest->diagnostics, SEVERITY_ERROR, container->name.text, container->file,
                &container->name.mark, option_path(g->manifest->arena, container->name.text, NULL), "%s", message);
}

static int complain_unread(Generator *g, const Container *container, const char *path, int error) {
        complain(g, container, text(g, "failed to read %s: %s", path, strerror(-error)));
        return error;
}

/* Looks up whether the container's system is of 32 bits, by its file "system". Containers of one system tend to stand together. */
static int read_architecture(Generator *g, const Container *container) {
#ifdef __x86_64__
        const char *system =
                profile_system(&g->scratch, g->options->root, container->name.text, container->system.text);
        char path[PATH_MAX], content[5];
        ssize_t n = -1;

        if (system && g->last_system && strcmp(g->last_system, system) == 0)
                return 0;
        g->last_system = NULL;
        g->last_is_i686 = false;
        if (!system)
                return 0;
        errno = ENAMETOOLONG;
        if (snprintf(path, sizeof(path), "%s%s/system", g->options->root, system) < (int)sizeof(path))
                n = read_file_start(path, content, sizeof(content));
        if (n < 0 && !is_no_file(errno))
                return complain_unread(g, container, path + strlen(g->options->root), negative_errno());
        if (system == container->system.text)
                g->last_system = system;
        g->last_is_i686 = n == sizeof(content) && memcmp(content, "i686-", sizeof(content)) == 0;
#else
        (void)g, (void)container;
#endif
        return 0;
}

/* Reads the container's entry as it stands in its manifest, where another file can stand by now, and what its unit depends on beside
 * that. Fails with a diagnostic. */
static int read_files(Generator *g, const Container *container) {
        int r = entry_read(container, &g->window, &g->entry);

        if (r < 0)
                return complain_unread(g, container, container->file, r);
        if (g->options->machine_id_error != 0 &&
                (container_has_link(container) || container->rare->extra_veths.length > 0))
                return complain_unread(g, container, "/etc/machine-id", -g->options->machine_id_error);
        return read_architecture(g, container);
}

/* The longest line of a unit, and the longest setting on lines which end with a backslash, is somewhat less than 1 MiB:
 * LONG_LINE_MAX in systemd. */
#define SETTING_MAX ((1 << 20) - 1024)
#define ENTRY_LINE_MAX 65536

/* The length of the longest setting in @unit, in bytes, with all its lines. */
static size_t longest_setting(const Buffer *unit) {
        const char *setting = unit->text;
        size_t longest = 0;

        for_each_line(line, end, unit) {
                if (end > line && end[-1] == '\\')
                        continue;
                longest = MAX(longest, (size_t)(end - setting));
                setting = end + 1;
        }
        return longest;
}

static int complain_of_length(Generator *g, const Container *container) {
        const RareOptions *rare = container->rare;

        complain(g, container,
                text(g, "unit setting longer than systemd's limit of 1 MiB: too many %slist items (e.g. bindMounts)",
                        rare->closure.text ? text(g, "paths in the closure (%u) or ", rare->store_paths_length) : ""));
        return -E2BIG;
}

/* Appends the container's entry as comments. */
static void append_entry(const Generator *g, const Container *container, Buffer *sections) {
        const char *line, *end;
        size_t column;
        char mark = '#';

        column = entry_column(container, &g->entry);
        end = g->entry.text + g->entry.length;
        for (line = g->entry.text; line < end;) {
                const char *newline = memchr(line, '\n', (size_t)(end - line));
                size_t length = (size_t)((newline ? newline : end) - line);
                bool cut = length > ENTRY_LINE_MAX;

                length = cut ? ENTRY_LINE_MAX : length;
                buffer_append(sections, &mark, 1);
                for (; column > 0; column--)
                        buffer_append(sections, " ", 1);
                buffer_append(sections, line, length);
                buffer_append(sections, "\n", 1);
                mark = cut ? ';' : '#';
                line += cut ? length : length + 1;
        }
}

/* Whether it has forwarded ports, or is told where it may go. What somebody flushes of that is put back. */
static bool has_rules(Generator *g) {
        if (g->values[FORWARD].length + g->values[RESTRICTED_LINK].length == 0)
                return false;
        add(g, WANTS, RULES_UNIT);
        return true;
}

/* The unit that waits for what the container needs, before systemd looks up the devices of DeviceAllow=; NULL if there is nothing to wait
 * for. Whether all of it has come is for the container to say. */
static const char *has_to_wait(Generator *g, const Container *container) {
        const char *unit = text(g, "container-wait@%s.service", container->name.text);

        if (g->values[AWAITED].length == 0)
                return NULL;
        add(g, WANTS, unit);
        add(g, AFTER, unit);
        return unit;
}

/* Generates the sections of the unit that systemd does not read: it would take as long for a line of them as for one of its own. */
static void generate_sections(Generator *g, const Container *container, bool rules) {
        const Values *values = g->values;
        Buffer *sections = output_sections(g->output);

        if (!g->any_sections)
                render(g, TEMPLATE_sections, sections);
        g->any_sections = true;
        render(g, TEMPLATE_container_sections, sections);
        if (container->claims_length > 0)
                render(g, TEMPLATE_container_claims, sections);
        render(g, TEMPLATE_container_tmpfiles, sections);
        if (values[SOURCE].length > 0)
                render(g, TEMPLATE_container_sources, sections);
        if (container->written_length > 0)
                render(g, TEMPLATE_container_written, sections);
        if (values[LINK].length > 0)
                render(g, TEMPLATE_container_network, sections);
        if (rules)
                render(g, TEMPLATE_container_nft, sections);
        if (values[LOCALHOST].length > 0)
                render(g, TEMPLATE_container_localhost, sections);
        render(g, TEMPLATE_container_manifest, sections);
        append_entry(g, container, sections);
        render(g, TEMPLATE_container_end, sections);
}

int generate_unit(Generator *g, const Container *container) {
        bool rules;
        const char *wait_unit;
        Buffer *unit, text;
        size_t start;
        int r = read_files(g, container);

        if (r < 0)
                return r;
        start_container(g, container);
        add_container(g, container);
        add_network(g, container);
        rules = has_rules(g);
        wait_unit = has_to_wait(g, container);

        unit = output_start(g->output, NULL, container_unit(&g->scratch, container->name.text));
        start = unit->length;
        render(g, TEMPLATE_container_service, unit);
        text = (Buffer){.text = unit->text + start, .length = unit->length - start};
        if (text.length > SETTING_MAX && longest_setting(&text) > SETTING_MAX) {
                output_cancel(g->output);
                return complain_of_length(g, container);
        }
        generate_sections(g, container, rules);
        output_end(g->output);
        if (wait_unit)
                generate_file(g, TEMPLATE_container_wait, NULL, wait_unit);
        return 0;
}
