/* SPDX-License-Identifier: MIT */
/* bpf(2), which the C library has no function for. */
#pragma once

#include <linux/bpf.h>
#include <sys/syscall.h>

#include "base/common.h"

/* All of it is zero, as the kernel wants of what a command does not use. */
#define BPF_ATTRIBUTES(name)                                                                                           \
        union bpf_attr name;                                                                                           \
        memset(&(name), 0, sizeof(name))

/* Returns what the kernel does: a file descriptor, 0, or a negative errno. */
MUST_CHECK static inline int bpf_call(enum bpf_cmd command, union bpf_attr *attributes) {
        long r = syscall(SYS_bpf, command, attributes, sizeof(*attributes));

        return r < 0 ? negative_errno() : (int)r;
}
