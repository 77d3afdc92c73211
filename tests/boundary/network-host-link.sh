# SPDX-License-Identifier: MIT
# Adds a link to the host, whose network it shares, and an address.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
promise="It cannot change links, addresses or rules of the host's network."
containers=networkless
attempt() { may_fail sh -c 'ip link add reached type bridge; ip address add 192.0.2.7/32 dev lo'; }
reached() { ip address | grep -e 192.0.2.7 -e ' reached:'; }
without() { enter_without user; }
clean_up() {
  ip link delete reached 2>/dev/null || true
  ip address delete 192.0.2.7/32 dev lo 2>/dev/null || true
}
