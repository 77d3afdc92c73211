/* SPDX-License-Identifier: MIT */
/* Options that are on or off, off by default, and used in nothing but one template line: it is written if the option is on, with "yes" for
 * the placeholder. */
#pragma once

/* The option, its symbol, and the placeholder. */
#define SWITCHES(S)                                                                                                    \
        S("noNewPrivileges", NO_NEW_PRIVILEGES, "no-new-privileges")                                                   \
        S("suppressSync", SUPPRESS_SYNC, "suppress-sync")

typedef enum Switch {
#define S(option, symbol, placeholder) SWITCH_##symbol,
        SWITCHES(S)
#undef S
                SWITCHES_LENGTH,
} Switch;
