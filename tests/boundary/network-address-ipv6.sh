# SPDX-License-Identifier: MIT
# Sends to another machine from an address that is not its own, over IPv6.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
# shellcheck source=tests/boundary/network.sh
. ./network.sh
promise="Its packets pass only with one of its own addresses, in IPv4 and IPv6."
containers='users plain'
others=victim
prepare() { listens from_other; }
attempt() {
  ip address add fc00::9/128 nodad dev eth0
  send '[fc00::9]' '[fd16::2]' 7000 reached
  ip address del fc00::9/128 dev eth0
}
without() {
  ip link set "ve-$name" group default
  address_settings 0 0
}
clean_up() {
  no_longer_listens
  ip link set "ve-$name" group 25454
  address_settings 1 0
  "$runtime" rules
}
