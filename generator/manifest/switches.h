/* SPDX-License-Identifier: MIT */
/* Options that are on or off, off by default, of which nothing but a line of a template speaks: that is there for those that are on, with "yes"
 * in the placeholder's place. */
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
