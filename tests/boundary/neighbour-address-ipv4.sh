# SPDX-License-Identifier: MIT
# Takes the address of another container, over IPv4, and tells all that it is its own.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
# shellcheck source=tests/boundary/network.sh
. ./network.sh
promise="It cannot take over another's address on its link, or receive packets for it."
containers='users ephemeral'
others=plain
prepare() { listens_in "$name"; }
attempt() {
  ip address add 10.0.0.3/32 dev eth0
  may_fail ping -c 1 -W 1 -I 10.0.0.3 10.0.0.1
}
# The host is who sends to it.
reached() {
  echo reached | socat -u - 'UDP:10.0.0.3:7000'
  has_heard reached
}
without() { ip route replace 10.0.0.3 dev "ve-$name"; }
clean_up() {
  no_longer_listens
  inside "$name" ip address del 10.0.0.3/32 dev eth0
  ip route replace 10.0.0.3 dev ve-plain
}
