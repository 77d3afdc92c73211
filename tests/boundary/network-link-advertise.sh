# SPDX-License-Identifier: MIT
# Gives the host a default route and addresses, by router advertisements on its link.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
promise="No packet from it changes addresses, routes or neighbours of the host, or is passed on by a way that it names."
containers='users plain'
attempt() {
  advertise eth0
  sleep 1
}
reached() { { ip -6 route show default; ip -6 address; } | grep -e '^default' -e 2001:db8:bad; }
without() { sysctl -qw net.ipv6.conf."ve-$name".{autoconf=1,accept_ra=2}; }
clean_up() {
  sysctl -qw net.ipv6.conf."ve-$name".{autoconf=0,accept_ra=0}
  ip -6 route flush proto ra
  ip address del "$(ip -6 -o address show dev "ve-$name" | grep -o '2001:db8:bad[^ ]*')" dev "ve-$name" 2>/dev/null || true
}
