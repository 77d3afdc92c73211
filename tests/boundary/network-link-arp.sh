# SPDX-License-Identifier: MIT
# Has the host tell it that an address which the host has elsewhere is to be reached here.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
promise="No packet from it changes addresses, routes or neighbours of the host, or is passed on by a way that it names."
containers='users plain'
attempt() {
  ip route replace 172.16.0.1 dev eth0
  may_fail ping -c 1 -W 1 172.16.0.1
  ip neigh show 172.16.0.1 dev eth0 | tee /root/neighbour
}
reached() { inside "$name" grep lladdr /root/neighbour; }
without() { sysctl -qw "net.ipv4.conf.ve-$name.arp_ignore=0"; }
clean_up() {
  sysctl -qw "net.ipv4.conf.ve-$name.arp_ignore=1"
  inside "$name" ip route del 172.16.0.1
  inside "$name" ip neigh flush dev eth0
}
