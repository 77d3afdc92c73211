/* SPDX-License-Identifier: MIT */
#include "base/number.h"

size_t number_scan(const char *text, uint64_t most, uint64_t *ret_number) {
        uint64_t number = 0;
        size_t length = 0;

        for (; text[length] >= '0' && text[length] <= '9'; length++) {
                uint64_t digit = (uint64_t)(text[length] - '0');

                if (number > most / 10 || digit > most - 10 * number)
                        return 0;
                number = 10 * number + digit;
        }
        if (length > 0)
                *ret_number = number;
        return length;
}

bool number_parse(const char *text, uint64_t least, uint64_t most, uint64_t *ret_number) {
        uint64_t number;
        size_t length = number_scan(text, most, &number);

        if (length == 0 || text[length] != '\0' || (length > 1 && text[0] == '0') || number < least)
                return false;
        *ret_number = number;
        return true;
}
