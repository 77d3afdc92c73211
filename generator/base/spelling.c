/* SPDX-License-Identifier: MIT */
#include "base/spelling.h"

#include <ctype.h>
#include <strings.h>

bool one_edit_apart(const char *a, const char *b) {
        size_t n, m;

        while (*a && tolower((unsigned char)*a) == tolower((unsigned char)*b))
                a++, b++;
        n = strlen(a);
        m = strlen(b);
        if (n == m)
                return n == 0 || strcasecmp(a + 1, b + 1) == 0 ||
                       (n > 1 && tolower((unsigned char)a[0]) == tolower((unsigned char)b[1]) &&
                               tolower((unsigned char)a[1]) == tolower((unsigned char)b[0]) &&
                               strcasecmp(a + 2, b + 2) == 0);
        if (n + 1 == m)
                return strcasecmp(a, b + 1) == 0;
        return m + 1 == n && strcasecmp(a + 1, b) == 0;
}
