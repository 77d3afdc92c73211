/* SPDX-License-Identifier: MIT */
#include "runtime/prepare.h"

#include "config.h"
#include "runtime/files.h"
#include "runtime/host-network.h"
#include "runtime/links.h"
#include "runtime/run-tool.h"
#include "runtime/stop.h"
#include "runtime/untrusted-links.h"
#include "state/record.h"
#include "systemd/log.h"

static int add_files(const char *container, const Buffer *tmpfiles) {
        char *const systemd_tmpfiles[] = {(char *)TOOL_SYSTEMD_TMPFILES, (char *)"--create", (char *)"-", NULL};
        CLEANUP_BUFFER Buffer missing = files_missing(tmpfiles);

        return missing.length == 0 ? 0
                                   : end_tool(start_tool(systemd_tmpfiles, &missing), systemd_tmpfiles[0], container);
}

int prepare(Arena *arena, const char *container, char *program[]) {
        CLEANUP_CLOSE int holder = -1;
        CLEANUP_RECORD_PARTS RecordParts parts = RECORD_PARTS_NULL;
        int r;

        /* The end of the container need not wait for that either. */
        if ((r = record_read_parts(container, &parts)) < 0 ||
                (r = links_wait_for_bridges(container, &parts.network)) < 0 ||
                (r = holder = container_hold(container)) < 0 || (r = links_check(container, &parts.network)) < 0 ||
                (r = untrusted_links_write(container, &parts.network)) < 0 ||
                (r = host_network_start(container, &parts)) < 0)
                return r;
        r = add_files(container, &parts.tmpfiles);
        /* What follows makes nothing: the end of the container need not wait for it. */
        (void)close(take_fd(&holder));
        return r < 0 ? r : links_settle(arena, container, program);
}
