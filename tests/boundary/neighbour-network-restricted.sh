# SPDX-License-Identifier: MIT
# Sends to a container that may speak to the host alone.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
# shellcheck source=tests/boundary/network.sh
. ./network.sh
promise="It reaches no extraVeths of another, no forwarded port of localhost, and no restricted container."
containers='users plain'
others=restricted
prepare() { listens_in restricted; }
attempt() { send "$(own_address)" 10.0.0.5 7000 reached; }
without() { open_restricted ve-restricted; }
