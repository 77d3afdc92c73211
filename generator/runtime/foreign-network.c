/* SPDX-License-Identifier: MIT */
#include "runtime/foreign-network.h"

#include <sched.h>

#include "base/words.h"
#include "runtime/bpf.h"
#include "runtime/control-group.h"
#include "systemd/log.h"
#include "systemd/nspawn-arguments.h"

/* What a program for BPF_CGROUP_INET4_BIND and BPF_CGROUP_INET6_BIND may return: that the call goes on, and that it does so without
 * CAP_NET_BIND_SERVICE. include/linux/bpf-cgroup.h of Linux, BPF_RET_BIND_NO_CAP_NET_BIND_SERVICE */
#define BIND_ALLOWED 1
#define BIND_WITHOUT_CAPABILITY 2

/* Whether the container gets a network that it does not own. */
static bool has_foreign_network(char *const arguments[]) {
        for (; *arguments; arguments++)
                if (nspawn_makes_network(*arguments))
                        return false;
        return true;
}

/* Joins the network namespace at @path. */
static int join(const char *path) {
        CLEANUP_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

        return fd >= 0 && setns(fd, CLONE_NEWNET) == 0 ? 0 : negative_errno();
}

/* It is there as long as the control group is. */
static int attach(int group, enum bpf_attach_type type) {
        static const struct bpf_insn program[] = {
                {.code = BPF_ALU64 | BPF_MOV | BPF_K,
                        .dst_reg = BPF_REG_0,
                        .imm = BIND_ALLOWED | BIND_WITHOUT_CAPABILITY},
                {.code = BPF_JMP | BPF_EXIT},
        };
        union bpf_attr load = {
                .prog_type = BPF_PROG_TYPE_CGROUP_SOCK_ADDR,
                .expected_attach_type = type,
                .insns = (uintptr_t)program,
                .insn_cnt = sizeof(program) / sizeof(program[0]),
                .license = (uintptr_t) "",
        };
        union bpf_attr attachment = {.attach_type = type, .attach_flags = BPF_F_ALLOW_MULTI};
        CLEANUP_CLOSE int fd = bpf_call(BPF_PROG_LOAD, &load);

        attachment.target_fd = (uint32_t)group;
        attachment.attach_bpf_fd = (uint32_t)fd;
        return fd < 0 ? fd : bpf_call(BPF_PROG_ATTACH, &attachment);
}

/* Whether the container is not to have the capability for that. */
static bool is_dropped(char *const arguments[]) {
        for (; *arguments; arguments++) {
                const char *capability = text_behind(*arguments, "--drop-capability=");

                if (capability &&
                        (strcmp(capability, "all") == 0 || strcasecmp(capability, "CAP_NET_BIND_SERVICE") == 0))
                        return true;
        }
        return false;
}

static void allow_low_ports(const char *container) {
        CLEANUP_CLOSE int group = control_group_open();
        int r = group;

        if (r < 0 || (r = attach(group, BPF_CGROUP_INET4_BIND)) < 0 || (r = attach(group, BPF_CGROUP_INET6_BIND)) < 0)
                log_message(LOG_WARNING, "Container %s cannot bind ports below that in %s: %s", container,
                        "/proc/sys/net/ipv4/ip_unprivileged_port_start", strerror(-r));
}

int prepare_foreign_network(const char *container, char *arguments[]) {
        const char *users = nspawn_value(arguments, "--private-users=");
        const char *path = nspawn_value(arguments, NSPAWN_NETWORK_NAMESPACE);
        int r;

        if (!users || strcmp(users, "no") == 0 || !has_foreign_network(arguments))
                return 0;
        r = path ? join(path) : 0;
        if (r < 0)
                return log_error(
                        r, "Container %s cannot start: failed to join the network namespace %s: %m", container, path);
        nspawn_remove(arguments, NSPAWN_NETWORK_NAMESPACE);
        if (!is_dropped(arguments))
                allow_low_ports(container);
        return 0;
}
