# SPDX-License-Identifier: MIT
# Sends to another machine over IPv6, though it may not.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
# shellcheck source=tests/boundary/network.sh
. ./network.sh
promise="With internetAccess false, it reaches only the host, no other machine or container."
containers=restricted
prepare() { listens from_other; }
attempt() { send '[fc00::5]' '[fd16::2]' 7000 reached; }
without() { open_restricted ve-restricted; }
