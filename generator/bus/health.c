/* SPDX-License-Identifier: MIT */
#include "bus/health.h"

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/text.h"
#include "base/words.h"
#include "bus/bus.h"
#include "systemd/log.h"

/* How long the container's systemd may take, in µs, to answer one question. */
#define ANSWER_MAX ((uint64_t)10 * 1000 * 1000)

/* How often it is asked. */
#define PERIOD_MS 500L

/* What it says at one moment. */
typedef struct Moment {
        const char *failed, *restarted; /* one of the units that were running, or NULL; owned by the Health */
        bool is_up;
} Moment;

/* Called for each unit. */
typedef void OnUnit(Health *health, const char *unit, const char *active, const char *sub, Moment *moment);

static int connect_to(const char *name, sd_bus **ret_bus) {
        int r = sd_bus_open_system_machine(ret_bus, name);

        return r < 0 ? r : sd_bus_set_method_call_timeout(*ret_bus, ANSWER_MAX);
}

static int read_units(sd_bus *bus, OnUnit *on_unit, Health *health, Moment *moment) {
        CLEANUP_BUS_MESSAGE sd_bus_message *reply = NULL;
        const char *unit, *active, *sub;
        int r = systemd_call(bus, "ListUnits", NULL, &reply, NULL);

        if (r < 0 || (r = sd_bus_message_enter_container(reply, 'a', "(ssssssouso)")) < 0)
                return r;
        while ((r = sd_bus_message_read(
                        reply, "(ssssssouso)", &unit, NULL, NULL, &active, &sub, NULL, NULL, NULL, NULL, NULL)) > 0)
                on_unit(health, unit, active, sub, moment);
        return r;
}

static void note_unit(Health *health, const char *unit, const char *active, const char *sub, Moment *moment UNUSED) {
        const char *copy;

        if (!is_one_of(active, "active", "activating", "reloading") || strcmp(sub, "auto-restart") == 0)
                return;
        copy = arena_copy(&health->arena, unit, strlen(unit));
        (void)name_table_add(&health->units, copy, (void *)copy);
}

static void judge_unit(Health *health, const char *unit, const char *active, const char *sub, Moment *moment) {
        const char *noted = name_table_find(&health->units, unit);

        if (noted && strcmp(active, "failed") == 0)
                moment->failed = noted;
        if (noted && strcmp(sub, "auto-restart") == 0)
                moment->restarted = noted;
}

int health_note(const char *name, Health *ret_health) {
        CLEANUP_BUS sd_bus *bus = NULL;
        int r = connect_to(name, &bus);

        if (r >= 0)
                r = read_units(bus, note_unit, ret_health, NULL);
        return r < 0 ? log_error(r, "Failed to get the units of %s from its systemd: %m", name) : 0;
}

static int look(const char *name, Health *health, Moment *ret_moment) {
        CLEANUP_BUS sd_bus *bus = NULL;
        CLEANUP_FREE char *state = NULL;
        int r;

        *ret_moment = (Moment){0};
        if ((r = connect_to(name, &bus)) < 0 || (r = read_units(bus, judge_unit, health, ret_moment)) < 0 ||
                (r = sd_bus_get_property_string(
                         bus, SYSTEMD_SERVICE, SYSTEMD_PATH, SYSTEMD_MANAGER, "SystemState", NULL, &state)) < 0)
                return r;
        ret_moment->is_up = is_one_of(state, "running", "degraded");
        return 0;
}

/* What the last moment says; @r: whether it could be found out. */
static int conclude(const char *name, int r, const Moment *moment, const char **ret_unit) {
        *ret_unit = moment->failed ? moment->failed : moment->restarted;
        if (*ret_unit) {
                CLEANUP_ARENA Arena arena = ARENA_NULL;

                return log_error(EIO, "In %s, %s %s.", name, printable(&arena, *ret_unit),
                        moment->failed ? "has failed" : "is restarted after a failure");
        }
        if (r < 0)
                return log_error(r, "systemd in %s does not respond: %m", name);
        return moment->is_up ? 0 : log_error(EIO, "%s is not up: its systemd is still starting or stopping.", name);
}

int health_watch(const char *name, Health *health, uint64_t usec, const char **ret_unit) {
        uint64_t start = clock_usec();
        Moment moment;
        int r;

        for (;;) {
                r = look(name, health, &moment);
                if (moment.failed || clock_usec() - start >= usec)
                        return conclude(name, r, &moment, ret_unit);
                (void)nanosleep(&(struct timespec){.tv_nsec = PERIOD_MS * 1000 * 1000}, NULL);
                if (interrupt_seen()) {
                        *ret_unit = NULL;
                        return -EINTR;
                }
        }
}

void health_free(Health *health) {
        name_table_free(&health->units);
        arena_free(&health->arena);
}
