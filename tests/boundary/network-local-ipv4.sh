# SPDX-License-Identifier: MIT
# Sends to a port of the host's 127.0.0.1, by a route that leads there.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
# shellcheck source=tests/boundary/network.sh
. ./network.sh
promise="With its own network, it cannot reach listeners on the host's 127.0.0.1 or abstract sockets."
containers='users plain'
prepare() {
  rm -f /tmp/heard
  timeout 60 socat -u UDP4-RECV:7000,bind=127.0.0.1,reuseaddr OPEN:/tmp/heard,creat,append &
  listener=$!
  wait_until 10 listening env
}
attempt() {
  # In a network of its own, as 127.0.0.1 is its own before.
  sysctl -qw net.ipv4.conf.all.route_localnet=1
  ip rule add pref 10 lookup local
  ip rule del pref 0 lookup local
  ip rule add pref 5 lookup 99
  ip route replace 127.0.0.1 via 10.0.0.1 dev eth0 table 99
  ip route replace 10.0.0.1 dev eth0 table 99
  send "$(own_address)" 127.0.0.1 7000 reached
}
reached() { has_heard reached; }
without() {
  ip link set "ve-$name" group default
  sysctl -qw "net.ipv4.conf.ve-$name.route_localnet=1"
}
clean_up() {
  no_longer_listens
  ip link set "ve-$name" group 25454
  sysctl -qw "net.ipv4.conf.ve-$name.route_localnet=0"
  inside "$name" sh -c 'ip rule add pref 0 lookup local; ip rule del pref 10; ip rule del pref 5; ip route flush table 99; sysctl -qw net.ipv4.conf.all.route_localnet=0'
}
