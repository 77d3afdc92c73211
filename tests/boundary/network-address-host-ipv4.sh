# SPDX-License-Identifier: MIT
# Sends to the host from an address that the host has elsewhere, over IPv4.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
# shellcheck source=tests/boundary/network.sh
. ./network.sh
promise="Its packets pass only with one of its own addresses, in IPv4 and IPv6."
containers='users plain'
others=victim
prepare() { listens env; }
attempt() {
  ip address add 172.16.0.1/32 dev eth0
  send '172.16.0.1' '10.0.0.1' 7000 reached
  ip address del 172.16.0.1/32 dev eth0
}
without() {
  nft flush chain inet nixos-containers untrusted
  address_settings 0 1
}
clean_up() {
  no_longer_listens
  address_settings 1 0
  "$runtime" rules
}
