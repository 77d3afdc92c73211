/* SPDX-License-Identifier: MIT */
#include "systemd/time-span.h"

#include <ctype.h>

#include "base/number.h"

/* More than any unit needs. */
#define NUMBER_MAX UINT64_C(999999999999999)

/* The unit of time that @text starts with, in µs, and its length: seconds if there is none. */
static uint64_t time_unit(const char *text, size_t *ret_length) {
        static const struct {
                uint64_t usec;
                const char *names[5];
        } units[] = {
                {1, {"usec", "us", "µs"}},
                {1000, {"msec", "ms"}},
                {1000000, {"seconds", "second", "sec", "s"}},
                {60000000, {"minutes", "minute", "min", "m"}},
                {3600000000, {"hours", "hour", "hr", "h"}},
                {86400000000, {"days", "day", "d"}},
                {604800000000, {"weeks", "week", "w"}},
                {2629800000000, {"months", "month", "M"}},
                {31557600000000, {"years", "year", "y"}},
        };
        uint64_t usec = 1000000;

        *ret_length = 0;
        for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
                for (const char *const *name = units[i].names; *name; name++) {
                        size_t length = strlen(*name);

                        if (length > *ret_length && strncmp(text, *name, length) == 0) {
                                *ret_length = length;
                                usec = units[i].usec;
                        }
                }
        return usec;
}

/* What the digits at @text, which stand behind a point, are of @usec. */
static uint64_t fraction_of(uint64_t usec, const char *text) {
        uint64_t sum = 0;

        for (; isdigit((unsigned char)*text); text++) {
                usec /= 10;
                sum += usec * (uint64_t)(*text - '0');
        }
        return sum;
}

bool time_span_parse(const char *text, uint64_t *ret_usec) {
        uint64_t sum = 0;

        if (strcmp(text, "infinity") == 0) {
                *ret_usec = TIME_SPAN_INFINITE;
                return true;
        }
        do {
                const char *fraction = "";
                uint64_t number, usec;
                size_t digits, unit;

                text += strspn(text, " ");
                digits = number_scan(text, NUMBER_MAX, &number);
                if (digits == 0)
                        return false;
                text += digits;
                if (text[0] == '.' && isdigit((unsigned char)text[1])) {
                        fraction = text + 1;
                        text += 1 + strspn(text + 1, "0123456789");
                }
                text += strspn(text, " ");
                usec = time_unit(text, &unit);
                if (number + (*fraction != '\0') > (TIME_SPAN_INFINITE - 1 - sum) / usec)
                        return false;
                sum += number * usec + fraction_of(usec, fraction);
                text += unit;
                text += strspn(text, " ");
        } while (*text);
        *ret_usec = sum;
        return true;
}

uint64_t time_span_with_grace(uint64_t usec) {
        const uint64_t most = UINT64_C(120000000), grace = usec < most ? usec : most;

        return usec > TIME_SPAN_INFINITE - grace ? TIME_SPAN_INFINITE : usec + grace;
}
