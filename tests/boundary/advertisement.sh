# SPDX-License-Identifier: MIT
# For attempts to give the host an address and a default route: router advertisements come out of $link, whose other end is host_link.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317

containers='users plain'
given='link'
attempt() {
  advertise "$link"
  sleep 1
}
reached() { { ip -6 route show default; ip -6 address; } | grep -e '^default' -e 2001:db8:bad; }
without() { sysctl -qw net.ipv6.conf."$(host_link)".{autoconf=1,accept_ra=2}; }
clean_up() {
  sysctl -qw net.ipv6.conf."$(host_link)".{autoconf=0,accept_ra=0}
  ip -6 route flush proto ra
  ip address del "$(ip -6 -o address show dev "$(host_link)" | grep -o '2001:db8:bad[^ ]*')" dev "$(host_link)" 2>/dev/null || true
}
