# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Whatever network a container has, what it boots is whole, as all_run has seen, and has not replaced the rules of the host.
[ "$(enter nixos-container plan)" = "All containers are as declared." ]
for iptables in iptables ip6tables; do
  enter $iptables -S nixos-fw | grep -e '--dport 1234'
done
for address in 192.168.101.2 $(enter nixos-container show-ip networkd) $(enter nixos-container show-ip networkd-users); do
  enter ping -c 1 -W 5 "$address"
done
