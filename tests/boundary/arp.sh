# SPDX-License-Identifier: MIT
# For attempts to have the host answer ARP for $address, which is not its own on the link. $setting of the link keeps it from that: it is
# $held, and $open in the control.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317

containers='users plain'
given=address
attempt() {
  ip route replace "$address" dev eth0
  may_fail ping -c 1 -W 1 "$address"
  ip neigh show "$address" dev eth0 | tee /root/neighbour
}
reached() { inside "$name" grep lladdr /root/neighbour; }
without() { sysctl -qw "net.ipv4.conf.ve-$name.$setting=$open"; }
clean_up() {
  sysctl -qw "net.ipv4.conf.ve-$name.$setting=$held"
  inside "$name" ip route del "$address"
  inside "$name" ip neigh flush dev eth0
}
