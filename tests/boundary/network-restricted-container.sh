# SPDX-License-Identifier: MIT
# Sends to another container, though it may not.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
# shellcheck source=tests/boundary/network.sh
. ./network.sh
promise="With internetAccess false, it reaches only the host, no other machine or container."
containers=restricted
others=plain
prepare() { listens_in plain; }
attempt() { send 10.0.0.5 10.0.0.3 7000 reached; }
without() { open_restricted ve-restricted; }
