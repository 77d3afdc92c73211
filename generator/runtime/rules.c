/* SPDX-License-Identifier: MIT */
#include "runtime/rules.h"

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <poll.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>

#include "base/clock.h"
#include "base/file.h"
#include "runtime/forwards.h"
#include "runtime/loaded-rules.h"
#include "base/netlink.h"
#include "runtime/untrusted-chain.h"
#include "state/format.h"
#include "state/record.h"
#include "systemd/log.h"

/* For as long as nothing more is said, in ms, all of a change has been: what loads rules deletes the old ones first. */
#define QUIET_TIME 100
/* Some hosts change rules all the time: those of the containers are missing for no longer than this, in µs. */
#define QUIET_TIME_MAX 1000000

/* Runs @visit for the script of each record that has one, but for those of containers that have ended, whose rules are to be removed. The
 * first failure is handed on. */
static int for_each_script(
        int records, int (*visit)(const char *container, const Buffer *script, void *userdata), void *userdata) {
        CLEANUP_CLOSEDIR DIR *directory = open_directory(records, ".");
        const struct dirent *entry;
        int result = 0;

        while (directory && (entry = readdir(directory))) {
                CLEANUP_BUFFER Buffer script = BUFFER_NULL;
                int r;

                if (entry->d_name[0] == '.' || record_has_file(records, entry->d_name, RECORD_ENDING) > 0)
                        continue;
                r = record_read(entry->d_name, RECORD_NFT, &script);
                if (r >= 0 && script.length > 0)
                        r = visit(entry->d_name, &script, userdata);
                keep_failure(&result, r);
        }
        return result;
}

static int append(const char *container UNUSED, const Buffer *script, void *userdata) {
        buffer_append(userdata, script->text, script->length);
        return 0;
}

static int add(const char *container, const Buffer *script, void *userdata UNUSED) {
        int r = forwards_add(script);

        return r < 0 ? log_error(r, "Container %s: failed to restore its nftables rules.", container) : 0;
}

int rules_restore(void) {
        CLEANUP_CLOSE int records = records_open();
        CLEANUP_BUFFER Buffer all = BUFFER_NULL, loaded = BUFFER_NULL;
        int r = records;

        if (r < 0 || (r = for_each_script(records, append, &all)) < 0 || (r = loaded_rules_read(&loaded)) < 0)
                return r;
        /* What was loaded last is what holds, also where containers were started by several versions. */
        buffer_append(&all, loaded.text, loaded.length);
        if (all.length > 0 && !forwards_try_to_add(&all)) {
                r = for_each_script(records, add, NULL);
                if (loaded.length > 0 && !forwards_try_to_add(&loaded))
                        keep_failure(&r, log_error(EIO, "Failed to load " RECORDS_DIRECTORY "/" LOADED_RULES_DIRECTORY
                                                        "/" LOADED_RULES_FILE " with nft."));
        }
        if (records_have_file(records, RECORD_NETWORK))
                keep_failure(&r, untrusted_chain_add());
        return r;
}

/* Whether the message says that the table of the containers has been deleted. */
static bool is_about_the_end(const struct nlmsghdr *message) {
        static const char name[] = FORWARDS_TABLE_NAME;
        const struct nfgenmsg *family = NLMSG_DATA(message);
        const struct nlattr *table;

        if (message->nlmsg_type != (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_DELTABLE) ||
                message->nlmsg_len < NLMSG_LENGTH(sizeof(*family)) || family->nfgen_family != NFPROTO_INET)
                return false;
        table = netlink_attribute(family + 1, message->nlmsg_len - NLMSG_LENGTH(sizeof(*family)), NFTA_TABLE_NAME);
        return table && table->nla_len == sizeof(*table) + sizeof(name) && memcmp(table + 1, name, sizeof(name)) == 0;
}

bool rules_are_gone_by(const void *messages, size_t length) {
        const struct nlmsghdr *message;
        const char *rest = messages;

        while ((message = netlink_take_message(&rest, &length)))
                if (is_about_the_end(message))
                        return true;
        return false;
}

/* Reads what there is. Returns 1 if it may be about the end of the table. */
static int read_messages(int fd) {
        static char messages[65536] __attribute__((aligned(NLMSG_ALIGNTO)));
        ssize_t n = recv(fd, messages, sizeof(messages), 0);

        /* ENOBUFS: some were lost. */
        if (n < 0)
                return errno == ENOBUFS ? 1 : errno == EINTR ? 0 : negative_errno();
        return rules_are_gone_by(messages, (size_t)n);
}

int rules_watch(void) {
        CLEANUP_CLOSE int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
        const struct sockaddr_nl group = {.nl_family = AF_NETLINK, .nl_groups = 1U << (NFNLGRP_NFTABLES - 1)};
        struct pollfd more = {.fd = fd, .events = POLLIN};
        uint64_t gone_since = clock_usec(); /* or 0; somebody may have been quicker than this */
        int r = 0;

        if (fd < 0 || bind(fd, (const struct sockaddr *)&group, sizeof(group)) < 0)
                return log_error(negative_errno(), "Failed to monitor nftables rules: %m");
        (void)sd_notify(false, "READY=1");
        while (r >= 0) {
                bool is_quiet = poll(&more, 1, gone_since ? QUIET_TIME : -1) == 0;

                if (!is_quiet && (r = read_messages(fd)) > 0 && !gone_since)
                        gone_since = clock_usec();
                if (gone_since && (is_quiet || clock_usec() - gone_since >= QUIET_TIME_MAX)) {
                        /* What failed was said, and is tried again next time. */
                        ignore_failure(rules_restore());
                        gone_since = 0;
                }
        }
        return log_error(r, "Failed to monitor nftables rules: %m");
}
