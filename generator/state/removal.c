/* SPDX-License-Identifier: MIT */
#include "state/removal.h"

#include "base/remove-tree.h"
#include "systemd/log.h"

int remove_directory_tree(const char *path) {
        char failed[NAME_MAX + 1];
        int r = remove_tree(path, failed);

        if (r >= 0)
                return 0;
        return failed[0] ? log_error(r, "Cannot remove %s in %s: %m", failed, path)
                         : log_error(r, "Cannot remove %s: %m", path);
}
