/* SPDX-License-Identifier: MIT */
#include "runtime/host-network.h"

#include <signal.h>
#include <sys/pidfd.h>

#include "base/run-program.h"
#include "config.h"
#include "netfilter/blocked.h"
#include "runtime/conntrack.h"
#include "runtime/control-group.h"
#include "runtime/forwards.h"
#include "runtime/link-commands.h"
#include "runtime/links.h"
#include "runtime/loaded-rules.h"
#include "runtime/localhost.h"
#include "runtime/restricted-links.h"
#include "runtime/run-tool.h"
#include "runtime/untrusted-chain.h"
#include "runtime/untrusted-links.h"
#include "systemd/log.h"

/* What nft has taken. */
static int note_rules(const char *container, const Buffer *script) {
        CLEANUP_CLOSE int records = records_open();

        return records < 0 ? records : loaded_rules_set(records, container, script);
}

static int add_rules(const char *container, const RecordParts *parts) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        char *const nft[] = {(char *)TOOL_NFT, (char *)"-f",
                arena_printf(&arena, RECORDS_DIRECTORY "/%s/" RECORD_NFT, container), NULL};
        int r;

        if (parts->nft.length == 0)
                return 0;
        /* The table may be there already, or not any more. */
        if (!forwards_try_to_add_elements(&parts->nft)) {
                r = end_program(start_tool(nft, &BUFFER_NULL));
                if (r != 0) {
                        /* There may be some of a run without a record. */
                        forwards_take_over(&parts->nft);
                        r = end_tool(start_tool(nft, &BUFFER_NULL), nft[0], container);
                }
                if (r < 0)
                        return r;
        }
        r = note_rules(container, &parts->nft);
        conntrack_forget(&parts->nft, &BUFFER_NULL);
        return r;
}

/* As it is no loss to the container if another program has a port, that is only logged. */
static void forward_localhost(const char *container, const Buffer *localhost) {
        CLEANUP_BUFFER Buffer rest = BUFFER_NULL;

        if (localhost->length > 0)
                localhost_forward(container, localhost, &BUFFER_NULL, &rest);
        if (rest.length > 0)
                ignore_failure(localhost_listen(container, &rest));
}

static int add_forwards(const char *container, const RecordParts *parts) {
        int r = add_rules(container, parts);

        if (r >= 0)
                forward_localhost(container, &parts->localhost);
        return r;
}

/* What a link is kept from is set before it is up. @fd is told of changes to links, @main is a pidfd. */
static int set_up(const char *container, const RecordParts *parts, int fd, int main) {
        CLEANUP_CLOSE int requests = link_commands_open(false);
        int r = requests < 0 ? log_error(requests, "Failed to open a netlink socket: %m")
                             : add_forwards(container, parts);

        if (r >= 0 && parts->nft.length == 0)
                ignore_failure(untrusted_chain_add());
        if (r >= 0 && (r = links_wait(fd, main, &parts->network)) < 0)
                return log_error(r, "Container %s cannot start: failed to wait for its links: %m", container);
        if (r >= 0)
                r = links_set(container, requests, &parts->network);
        if (r < 0)
                return r;
        untrusted_links_set(container, &parts->network);
        restricted_links_close(container, &parts->nft);
        r = links_bring_up(container, requests, &parts->network);
        /* Routes and rules depend on them. */
        if (r >= 0)
                blocked_warn(container, &parts->network, &parts->nft);
        return r;
}

int host_network_start(const char *container, const RecordParts *parts) {
        CLEANUP_CLOSE int fd = -1, main = -1;
        pid_t pid;

        if (parts->network.length == 0)
                return add_forwards(container, parts);
        /* All that is changed from here on is noticed. */
        fd = link_commands_open(true);
        if (fd < 0)
                return log_error(fd, "Failed to open a netlink socket: %m");
        main = pidfd_open(getpid(), 0);
        pid = main < 0 ? -1 : control_group_fork(container);
        if (pid < 0)
                return log_error(
                        negative_errno(), "Container %s cannot start: failed to start a process: %m", container);
        if (pid > 0)
                return 0;
        if (set_up(container, parts, fd, main) < 0)
                (void)pidfd_send_signal(main, SIGKILL, NULL, 0);
        end_child(EXIT_SUCCESS);
}
