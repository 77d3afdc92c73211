/* SPDX-License-Identifier: MIT */
/* call FUNCTION ARGUMENT…: calls one of the functions that programs call with much else around them, so that each of their faults can be
 * tried by itself. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/unmount.h"
#include "runtime/resolv-conf.h"
#include "state/removal.h"

int main(int argc, char *argv[]) {
        bool good = false;

        if (argc == 2 && strcmp(argv[1], "resolv_conf_update") == 0)
                good = resolv_conf_update() >= 0;
        else if (argc == 3 && strcmp(argv[1], "remove_tree") == 0)
                good = unmount_below(argv[2]) >= 0 && remove_directory_tree(argv[2]) >= 0;
        else
                fprintf(stderr, "There is no such function.\n");
        return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
