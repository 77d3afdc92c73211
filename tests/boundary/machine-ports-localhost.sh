# SPDX-License-Identifier: MIT
# Waits for another machine to connect to a port that is forwarded to it from localhost alone.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
promise="It reaches forwarded ports only with openFirewall, and no ports of localhost or restricted containers."
containers='victim'
prepare() {
  from_other sysctl -qw net.ipv4.conf.all.route_localnet=1
  from_other ip rule add pref 5 lookup 99
  from_other ip route replace 127.0.0.1 via 172.16.0.1 table 99
  from_other ip route replace 172.16.0.1 dev eth0 table 99
}
attempt() { [ "$(systemctl is-active nginx)" = active ]; }
reached() { from_other curl --silent --max-time 2 --interface 172.16.0.2 http://127.0.0.1:8081/ | grep 'It works!'; }
without() { sysctl -qw net.ipv4.conf.to-other.route_localnet=1; }
clean_up() {
  sysctl -qw net.ipv4.conf.to-other.route_localnet=0
  from_other ip rule del pref 5 || true
}
