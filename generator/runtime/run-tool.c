/* SPDX-License-Identifier: MIT */
#include "runtime/run-tool.h"

#include "systemd/log.h"

pid_t start_tool(char *const arguments[], const Buffer *input) {
        pid_t pid = start_program(arguments, input, false);

        return pid < 0 ? log_error(pid, "Failed to run %s: %m", arguments[0]) : pid;
}

int end_tool(pid_t pid, const char *tool, const char *container) {
        int status = end_program(pid);

        return status <= 0 ? status
                           : log_error(EIO, "Container %s cannot start: %s failed with exit status %i.", container,
                                     tool, status);
}

int run_tool(char *const arguments[], const Buffer *input) {
        int r = end_program(start_tool(arguments, input));

        return r > 0 ? -EIO : r;
}
