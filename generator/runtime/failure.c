/* SPDX-License-Identifier: MIT */
#include "runtime/failure.h"

#include <systemd/sd-daemon.h>

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

/* What @unit has logged last in an @invocation, once the journal has it. */
static const char *reason(Arena *arena, sd_bus *bus, const char *unit, const char *invocation) {
        unit_log_sync();
        return unit_log_summary(arena, unit_log_of_invocation(arena, bus, unit, invocation));
}

void failure_notify(const char *container) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        const char *invocation = getenv("INVOCATION_ID"), *text;
        CLEANUP_BUS sd_bus *bus = NULL;

        if (!invocation || systemd_connect(&bus) < 0)
                return;
        text = reason(&arena, bus, container_unit(&arena, container), invocation);
        if (!text)
                return;
        (void)sd_notify(false, arena_join(&arena, "STATUS=", text));
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
        CLEANUP_BUS sd_bus *bus = NULL;
        const char *unit = container_unit(&arena, container), *text;
        long version;

        if (systemd_connect(&bus) < 0 || !has_failed(bus, unit))
                return;
        version = nspawn_version();
        if (version > 0 && version < SYSTEMD_MIN)
                log_message(LOG_ERR,
                        "Container %s failed, possibly because containers require systemd %i or later, "
                        "but " TOOL_SYSTEMD_NSPAWN " has version %li.",
                        container, SYSTEMD_MIN, version);
        text = reason(&arena, bus, unit, invocation);
        if (text)
                log_message(LOG_NOTICE, "Container %s has failed: %s", container, text);
}
