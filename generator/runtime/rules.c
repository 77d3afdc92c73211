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
#include "base/netlink.h"
#include "netfilter/blocked.h"
#include "runtime/forwards.h"
#include "runtime/journal.h"
#include "runtime/loaded-rules.h"
#include "runtime/untrusted-chain.h"
#include "state/format.h"
#include "state/record.h"
#include "systemd/log.h"
#include "systemd/unit-name.h"

/* For as long as nothing more is said, in ms, all of a change has been: what loads rules deletes the old ones first. */
#define QUIET_TIME 100
/* Some hosts change rules all the time: those of the containers are missing for no longer than this, in µs. */
#define QUIET_TIME_MAX 1000000

/* The same for what is only reported. Docker and firewalld have closed chains for a while when they start. */
#define LOOK_QUIET_TIME 1000
#define LOOK_QUIET_TIME_MAX 10000000

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

/* What the message is about. All messages have the name of the table as the same attribute, but those of new generations of rules. What is in
 * the sets of others changes all the time. */
static unsigned change_by(const struct nlmsghdr *message) {
        _Static_assert((int)NFTA_TABLE_NAME == (int)NFTA_CHAIN_TABLE && (int)NFTA_TABLE_NAME == (int)NFTA_RULE_TABLE &&
                               (int)NFTA_TABLE_NAME == (int)NFTA_SET_ELEM_LIST_TABLE,
                "the attributes differ");
        static const char name[] = FORWARDS_TABLE_NAME;
        const struct nfgenmsg *family = NLMSG_DATA(message);
        unsigned type = message->nlmsg_type & 0xff;
        const struct nlattr *table;

        if (message->nlmsg_len < NLMSG_LENGTH(sizeof(*family)) || type == NFT_MSG_NEWGEN ||
                message->nlmsg_type >> 8 != NFNL_SUBSYS_NFTABLES)
                return 0;
        table = netlink_attribute(family + 1, message->nlmsg_len - NLMSG_LENGTH(sizeof(*family)), NFTA_TABLE_NAME);
        if (!table)
                return 0;
        if (family->nfgen_family != NFPROTO_INET || table->nla_len != sizeof(*table) + sizeof(name) ||
                memcmp(table + 1, name, sizeof(name)) != 0)
                return type == NFT_MSG_NEWSETELEM || type == NFT_MSG_DELSETELEM ? 0 : RULES_OTHERS;
        return type == NFT_MSG_DELTABLE ? RULES_GONE | RULES_OWN : RULES_OWN;
}

unsigned rules_changed_by(const void *messages, size_t length) {
        const struct nlmsghdr *message;
        const char *rest = messages;
        unsigned changes = 0;

        while ((message = netlink_take_message(&rest, &length)))
                changes |= change_by(message);
        return changes;
}

/* Reads what there is. Returns what may have changed. */
static int read_messages(int fd) {
        static char messages[65536] __attribute__((aligned(NLMSG_ALIGNTO)));
        ssize_t n = recv(fd, messages, sizeof(messages), 0);

        /* ENOBUFS: some were lost. */
        if (n < 0)
                return errno == ENOBUFS ? RULES_GONE | RULES_OWN | RULES_OTHERS : errno == EINTR ? 0 : negative_errno();
        return (int)rules_changed_by(messages, (size_t)n);
}

/* What the last look has found, and this one. */
typedef struct Look {
        Ruleset ruleset;
        const Buffer *before;
        Buffer now;
        bool is_silent;
} Look;

static int look_at(const char *container, const Buffer *script, void *userdata) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        CLEANUP_BUFFER Buffer network = BUFFER_NULL, messages = BUFFER_NULL;
        Look *look = userdata;
        int r = record_read(container, RECORD_NETWORK, &network);

        if (r < 0)
                return r;
        blocked_find(&look->ruleset, container, &network, script, &messages);
        buffer_append(&look->now, messages.text, messages.length);
        if (look->is_silent)
                return 0;
        journal_set_subject(container_unit(&arena, container));
        (void)blocked_log(&messages, look->before);
        journal_set_subject(NULL);
        return 0;
}

/* Says what the host drops of what containers are to send and receive, unless that was so before: somebody has closed what was open, as Docker
 * does. What has started meanwhile has said that itself. */
static void look_for_blocked(Buffer *before, bool is_silent) {
        CLEANUP_CLOSE int records = -1;
        Look look = {.ruleset = RULESET_NULL, .before = before, .is_silent = is_silent};

        if (ruleset_read(&look.ruleset) >= 0 && blocked_may_be(&look.ruleset) && (records = records_open()) >= 0)
                ignore_failure(for_each_script(records, look_at, &look));
        ruleset_free(&look.ruleset);
        buffer_free(before);
        *before = look.now;
}

int rules_watch(void) {
        CLEANUP_CLOSE int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
        const struct sockaddr_nl group = {.nl_family = AF_NETLINK, .nl_groups = 1U << (NFNLGRP_NFTABLES - 1)};
        struct pollfd more = {.fd = fd, .events = POLLIN};
        CLEANUP_BUFFER Buffer blocked = BUFFER_NULL;
        unsigned changes = RULES_OWN;
        uint64_t gone_since = clock_usec(); /* or 0; somebody may have been quicker than this */
        uint64_t changed_since = gone_since;
        int r = 0;

        if (fd < 0 || bind(fd, (const struct sockaddr *)&group, sizeof(group)) < 0)
                return log_error(negative_errno(), "Failed to monitor nftables rules: %m");
        (void)sd_notify(false, "READY=1");
        while (r >= 0) {
                int quiet_time = gone_since ? QUIET_TIME : changes ? LOOK_QUIET_TIME : -1;
                bool is_quiet = poll(&more, 1, quiet_time) == 0;
                uint64_t now = clock_usec();

                if (!is_quiet && (r = read_messages(fd)) > 0) {
                        gone_since = gone_since || !(r & RULES_GONE) ? gone_since : now;
                        changed_since = changes ? changed_since : now;
                        changes |= (unsigned)r;
                }
                if (gone_since && (is_quiet || now - gone_since >= QUIET_TIME_MAX)) {
                        /* What failed was said, and is tried again next time. */
                        ignore_failure(rules_restore());
                        gone_since = 0;
                } else if (changes && !gone_since && (is_quiet || now - changed_since >= LOOK_QUIET_TIME_MAX)) {
                        look_for_blocked(&blocked, !(changes & RULES_OTHERS));
                        changes = 0;
                }
        }
        return log_error(r, "Failed to monitor nftables rules: %m");
}
