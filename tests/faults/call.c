/* call FUNCTION ARGUMENT…: calls one of the functions that nixos-container calls with much else around them, so that each of their faults
 * can be tried by itself. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/unmount.h"
#include "runtime/resolv-conf.h"
#include "state/record.h"
#include "state/removal.h"

static bool attach(void *userdata) {
        return strcmp(userdata, "good") == 0;
}

int main(int argc, char *argv[]) {
        bool good = false;

        if (argc == 4 && strcmp(argv[1], "record_give_up") == 0)
                good = record_give_up(argv[2], argv[3]);
        else if (argc == 5 && strcmp(argv[1], "record_update") == 0)
                good = record_update(argv[2], argv[3], attach, argv[4]);
        else if (argc == 3 && strcmp(argv[1], "record_mark_start") == 0)
                good = record_mark_start(argv[2]);
        else if (argc == 2 && strcmp(argv[1], "resolv_conf_update") == 0)
                good = resolv_conf_update();
        else if (argc == 3 && strcmp(argv[1], "remove_tree") == 0)
                good = unmount_below(argv[2]) && remove_directory_tree(argv[2]) >= 0;
        else
                fprintf(stderr, "There is no such function.\n");
        return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
