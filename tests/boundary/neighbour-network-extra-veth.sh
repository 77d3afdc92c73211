# SPDX-License-Identifier: MIT
# Sends to another link of a container, though that is for the host.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
# shellcheck source=tests/boundary/network.sh
. ./network.sh
promise="It reaches no extraVeths of another, no forwarded port of localhost, and no restricted container."
containers='users plain'
others=victim
prepare() { listens_in victim; }
attempt() { send "$(own_address)" 10.1.0.6 7000 reached; }
without() { open_restricted x-victim; }
