# SPDX-License-Identifier: MIT
# Sends to another machine from an address that is not its own, over IPv4.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
# shellcheck source=tests/boundary/network.sh
. ./network.sh
promise="Its packets pass only with one of its own addresses, in IPv4 and IPv6."
containers='users plain'
others=victim
prepare() { listens from_other; }
attempt() {
  ip address add 10.0.0.9/32 dev eth0
  send '10.0.0.9' '172.16.0.2' 7000 reached
  ip address del 10.0.0.9/32 dev eth0
}
without() {
  nft flush chain inet nixos-containers untrusted
  address_settings 0 0
}
clean_up() {
  no_longer_listens
  address_settings 1 0
  "$runtime" rules
}
