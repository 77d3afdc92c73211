# SPDX-License-Identifier: MIT
# Has the host answer for another machine, to be led to it.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
promise="No packet from it changes addresses, routes or neighbours of the host, or is passed on by a way that it names."
containers='users plain'
attempt() {
  ip route replace 172.16.0.2 dev eth0
  may_fail ping -c 1 -W 1 172.16.0.2
  ip neigh show 172.16.0.2 dev eth0 | tee /root/neighbour
}
reached() { inside "$name" grep lladdr /root/neighbour; }
without() { sysctl -qw "net.ipv4.conf.ve-$name.proxy_arp=1"; }
clean_up() {
  sysctl -qw "net.ipv4.conf.ve-$name.proxy_arp=0"
  inside "$name" ip route del 172.16.0.2
  inside "$name" ip neigh flush dev eth0
}
