# SPDX-License-Identifier: MIT
# Waits for another machine, which has a route to it, though it may speak to the host alone.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
# shellcheck source=tests/boundary/network.sh
. ./network.sh
promise="It reaches forwarded ports only with openFirewall, and no ports of localhost or restricted containers."
containers='restricted victim'
prepare() {
  address=10.0.0.5
  [ "$name" = restricted ] || address=10.0.0.6
  from_other ip route replace 10.0.0.0/24 via 172.16.0.1
  listens_in "$name"
}
attempt() { ping -c 1 -W 2 10.0.0.1; }
reached() {
  from_other sh -c "echo reached | socat -u - UDP:$address:7000"
  has_heard reached
}
without() { open_restricted ve-restricted; }
clean_up() {
  no_longer_listens
  from_other ip route del 10.0.0.0/24
  "$runtime" rules
}
