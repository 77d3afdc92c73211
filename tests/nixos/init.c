// SPDX-License-Identifier: MIT
// What a NixOS host of the tests runs before its own init: it leaves the old root, which boot-host has put on /old, and gives up loading
// modules into the kernel, which is shared with the machine that runs the tests.
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(void) {
        static char *const arguments[] = {"/nix/var/nix/profiles/system/init", NULL};
        static char *const environment[] = {"container=other", NULL};

        if (umount2("/old", MNT_DETACH) < 0 || rmdir("/old") < 0)
                perror("/old");
        if (prctl(PR_CAPBSET_DROP, CAP_SYS_MODULE, 0, 0, 0) < 0)
                perror("CAP_SYS_MODULE");
        execve(arguments[0], arguments, environment);
        perror(arguments[0]);
        return EXIT_FAILURE;
}
