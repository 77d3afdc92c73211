/* SPDX-License-Identifier: MIT */
#include "runtime/prepare.h"

#include "config.h"
#include "netfilter/blocked.h"
#include "runtime/conntrack.h"
#include "runtime/files.h"
#include "runtime/forwards.h"
#include "runtime/links.h"
#include "runtime/loaded-rules.h"
#include "runtime/localhost.h"
#include "runtime/restricted-links.h"
#include "runtime/run-tool.h"
#include "runtime/stop.h"
#include "runtime/untrusted-chain.h"
#include "runtime/untrusted-links.h"
#include "state/record.h"
#include "systemd/log.h"

/* Waits for the end of @tool, whose process is @pid, or 0 if there was nothing to do. */
static int end_tool(pid_t pid, const char *tool, const char *container) {
        int status = pid == 0 ? 0 : end_program(pid);

        return status <= 0 ? status
                           : log_error(EIO, "Container %s cannot start: %s failed with exit status %i.", container,
                                     tool, status);
}

/* Forwards localhost, if the record says so. What takes a while is left to another process: the first forward of all takes the kernel some
 * milliseconds, and to listen takes systemd its time, the more once it has new links to look at. */
static pid_t start_forwarding_localhost(const char *container, const Buffer *localhost) {
        CLEANUP_BUFFER Buffer rest = BUFFER_NULL;
        bool is_quick = localhost_is_quick();
        pid_t pid = 0;

        if (localhost->length == 0)
                return 0;
        if (is_quick)
                localhost_forward(container, localhost, &BUFFER_NULL, &rest);
        if (is_quick && rest.length == 0)
                return 0;
        if ((pid = fork()) == 0) {
                if (!is_quick)
                        localhost_forward(container, localhost, &BUFFER_NULL, &rest);
                end_child(localhost_listen(container, &rest) < 0 ? EXIT_FAILURE : EXIT_SUCCESS);
        }
        if (pid < 0)
                log_message(LOG_WARNING, "Failed to forward localhost ports to container %s: %s", container,
                        strerror(errno));
        return pid;
}

/* What nft has taken. */
static int note_rules(const char *container, const Buffer *script) {
        CLEANUP_CLOSE int records = -1;

        if (script->length == 0)
                return 0;
        records = records_open();
        return records < 0 ? records : loaded_rules_set(records, container, script);
}

static int add_parts(const char *container, const RecordParts *parts) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        CLEANUP_BUFFER Buffer missing = files_missing(&parts->tmpfiles);
        const char *record = arena_join(&arena, RECORDS_DIRECTORY "/", container);
        char *const systemd_tmpfiles[] = {(char *)TOOL_SYSTEMD_TMPFILES, (char *)"--create", (char *)"-", NULL};
        char *const ip[] = {(char *)TOOL_IP, (char *)"-batch", arena_join(&arena, record, "/" RECORD_NETWORK), NULL};
        char *const nft[] = {(char *)TOOL_NFT, (char *)"-f", arena_join(&arena, record, "/" RECORD_NFT), NULL};
        pid_t links = 0, rules = 0, files = 0, elements = 0;
        int r;

        if (parts->network.length > 0)
                links = start_tool(ip, &BUFFER_NULL);
        if (parts->nft.length > 0 && forwards_have_rules(container, &parts->nft))
                elements = forwards_start_adding_elements(&parts->nft);
        else if (parts->nft.length > 0)
                rules = start_tool(nft, &BUFFER_NULL);
        else if (parts->network.length > 0)
                ignore_failure(untrusted_chain_add());
        if (missing.length > 0)
                files = start_tool(systemd_tmpfiles, &missing);
        /* The table is not there any more. */
        if (elements != 0 && end_program(elements) != 0)
                rules = start_tool(nft, &BUFFER_NULL);
        r = rules == 0 ? 0 : end_program(rules);
        if (r != 0) {
                /* There may be some of a run without a record. */
                forwards_take_over(&parts->nft);
                r = end_tool(start_tool(nft, &BUFFER_NULL), nft[0], container);
        }
        if (r >= 0)
                r = note_rules(container, &parts->nft);
        /* This takes the kernel about as long as the links do. */
        conntrack_forget(&parts->nft, &BUFFER_NULL);
        keep_failure(&r, end_tool(links, ip[0], container));
        untrusted_links_set(container, &parts->network);
        restricted_links_close(container, &parts->nft);
        /* The links are there now: routes and rules depend on them. */
        blocked_warn(container, &parts->network, &parts->nft);
        keep_failure(&r, end_tool(files, systemd_tmpfiles[0], container));
        return r;
}

int prepare(Arena *arena, const char *container, char *program[], pid_t *ret_listening) {
        CLEANUP_CLOSE int holder = -1;
        CLEANUP_RECORD_PARTS RecordParts parts = RECORD_PARTS_NULL;
        int r;

        *ret_listening = 0;
        /* The end of the container need not wait for that either. */
        if ((r = record_read_parts(container, &parts)) < 0 ||
                (r = links_wait_for_bridges(container, &parts.network)) < 0 ||
                (r = holder = container_hold(container)) < 0 || (r = links_check(container, &parts.network)) < 0 ||
                (r = untrusted_links_write(container, &parts.network)) < 0)
                return r;
        *ret_listening = start_forwarding_localhost(container, &parts.localhost);
        r = add_parts(container, &parts);
        /* What follows makes nothing: the end of the container need not wait for it. */
        (void)close(take_fd(&holder));
        return r < 0 ? r : links_settle(arena, container, &parts.network, program);
}
