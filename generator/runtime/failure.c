/* SPDX-License-Identifier: MIT */
#include "runtime/failure.h"

#include <systemd/sd-daemon.h>

#include "base/buffer.h"
#include "base/words.h"
#include "bus/manager.h"
#include "bus/unit-log.h"
#include "config.h"
#include "runtime/wait.h"
#include "systemd/log.h"
#include "systemd/unit-name.h"

/* The oldest version of systemd that has all that containers need. nixos-module/host.nix asks for it too. */
#define SYSTEMD_MIN 256

/* How long systemd may take to notice that a unit has ended, in milliseconds. */
#define END_WAIT_MAX 5000

/* The version of systemd that systemd-nspawn is of, 0 if it does not say. */
static long nspawn_version(void) {
        FILE *output = popen(TOOL_SYSTEMD_NSPAWN " --version", "re");
        const char *number;
        char line[64];
        long version = 0;

        if (!output)
                return 0;
        if (fgets(line, sizeof(line), output) && (number = text_behind(line, "systemd ")))
                version = strtol(number, NULL, 10);
        (void)pclose(output);
        return version;
}

/* Appends what @unit has logged last of an @invocation, in one line. Returns how many lines that were. */
static size_t append_reason(sd_bus *bus, const char *unit, const char *invocation, Buffer *text) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        const char *lines[3];
        UnitLogQuery query = {
                .match = arena_join(&arena, "_SYSTEMD_INVOCATION_ID=", invocation),
                .process = service_main_process(bus, unit),
                .since = service_started(bus, unit),
        };
        size_t found;

        unit_log_sync();
        found = unit_log_read(&arena, query, sizeof(lines) / sizeof(lines[0]), lines);
        for (size_t i = 0; i < found; i++) {
                buffer_append_text(text, i == 0 ? "" : "; ");
                buffer_append_text(text, lines[i]);
        }
        buffer_append(text, "", 1);
        return found;
}

void failure_notify(const char *container) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        CLEANUP_BUFFER Buffer text = BUFFER_NULL;
        const char *invocation = getenv("INVOCATION_ID");
        CLEANUP_BUS sd_bus *bus = NULL;

        if (!invocation || systemd_connect(&bus) < 0)
                return;
        buffer_append_text(&text, "STATUS=");
        if (append_reason(bus, container_unit(&arena, container), invocation, &text) == 0)
                return;
        (void)sd_notify(false, text.text);
        /* It is taken only from who is there. */
        (void)sd_notify_barrier(false, 5000000);
}

/* Whether the run that has ended has failed, once systemd knows. */
static bool has_failed(sd_bus *bus, const char *unit) {
        for (unsigned waited = 0; waited < END_WAIT_MAX; wait_a_moment(&waited)) {
                CLEANUP_FREE char *state = unit_property(bus, unit, "ActiveState"), *result = NULL;

                if (!state || is_one_of(state, "active", "deactivating"))
                        continue;
                result = unit_property(bus, unit, "Result");
                return result && strcmp(result, "success") != 0;
        }
        return false;
}

void failure_explain(const char *container, const char *invocation) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        CLEANUP_BUFFER Buffer text = BUFFER_NULL;
        CLEANUP_BUS sd_bus *bus = NULL;
        const char *unit = container_unit(&arena, container);
        long version;

        if (systemd_connect(&bus) < 0 || !has_failed(bus, unit))
                return;
        version = nspawn_version();
        if (version > 0 && version < SYSTEMD_MIN)
                log_message(LOG_ERR,
                        "Container %s failed, possibly because containers require systemd %i or later, "
                        "but " TOOL_SYSTEMD_NSPAWN " has version %li.",
                        container, SYSTEMD_MIN, version);
        if (append_reason(bus, unit, invocation, &text) > 0)
                log_message(LOG_NOTICE, "Container %s has failed: %s", container, text.text);
}
