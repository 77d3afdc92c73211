# SPDX-License-Identifier: MIT
# Network managers of the host, the real ones but for systemd-networkd, which is in network.sh: whether they leave the links of containers alone.
# shellcheck shell=bash disable=SC2154

# Those that follow are only in "make check-long".

_links=(ve-web eth7 ve-later eth8 vb-bridged)

# _add_nic NAME: an interface of the host's own, for a manager to configure.
_add_nic() {
  ip link add "$1" type veth peer name "$1-peer"
  ip link set "$1" up
  ip link set "$1-peer" up
}

# Starts web, with the host's interface eth0. Some links have names as network cards do.
_start_with_links() {
  cp -a /etc/resolv.conf /tmp/resolv.conf.before 2>/dev/null || true
  ip link add br0 type bridge
  ip link set br0 up
  declare_containers <<'YAML'
  web:
    system: "{system}-wasabi"
    privateNetwork: true
    hostAddress: 10.0.0.1
    localAddress: 10.0.0.2
    hostAddress6: "fc00::1"
    localAddress6: "fc00::2"
    extraVeths: { eth7: { hostAddress: 10.0.1.1, localAddress: 10.0.1.2 } }
  later: { system: "{system}-small", privateNetwork: true, hostAddress: 10.0.2.1, localAddress: 10.0.2.2, extraVeths: { eth8: {} } }
  bridged: { system: "{system}-small", privateNetwork: true, hostBridge: br0 }
YAML
  systemctl start container@web
  _add_nic eth0
}

# _all_are_left_alone COMMAND…: by a manager that has found the links of one container, and finds those of others that start now. When it
# is done with them, the command, with the name of an interface of the host that comes last, succeeds.
_all_are_left_alone() {
  systemctl start container@{later,bridged}
  _add_nic eth1
  wait_until 20 "$@" eth1
  page 10.0.0.2
  page 10.0.1.2
  page '[fc00::2]'
  [ "$(ip -o -4 address show scope global | awk '$2 !~ "^eth[01]" { print $2, $4 }')" = $'ve-web 10.0.0.1/32\neth7 10.0.1.1/32\nve-later 10.0.2.1/32' ]
  [ "$(ip -4 route | grep -v ' dev eth[01]' | sort)" = $'10.0.0.2 dev ve-web scope link \n10.0.1.2 dev eth7 scope link \n10.0.2.2 dev ve-later scope link ' ]
  ip -o link show dev vb-bridged | grep 'master br0'
}

_end_links() {
  systemctl stop container@{web,later,bridged}
  ip link delete eth0
  ip link delete eth1
  ip link delete br0
  rm -f /etc/resolv.conf
  mv /tmp/resolv.conf.before /etc/resolv.conf 2>/dev/null || true
}

# _have_rules_of NAME: a manager's own rules for udev, which hosts have not as they would process all links of all tests by them.
_have_rules_of() {
  mkdir -p /run/udev/rules.d
  cp /opt/udev/*"-$1.rules" /run/udev/rules.d/
  udevadm control --reload
}

_end_rules() {
  rm -r /run/udev/rules.d
  udevadm control --reload
}

# _of_manual BEGINNING: the line of the manual that begins so.
_of_manual() { sed 's/\\//g' /tests/source/build/nixos-container-generator.8 | grep -m 1 "^$1"; }

_is_networkmanagers() { nmcli --get-values GENERAL.STATE device show "$1" | grep -E 'connecting|connected|disconnected'; }

networkmanager_leaves_links_alone() {
  [ -x /usr/sbin/NetworkManager ] || { echo "there is no NetworkManager"; exit 77; }
  _start_with_links
  _have_rules_of nm-unmanaged
  systemctl start NetworkManager
  wait_until 20 _is_networkmanagers eth0
  _all_are_left_alone _is_networkmanagers
  for link in "${_links[@]}"; do nmcli --get-values GENERAL.REASON device show "$link" | grep 'unmanaged via udev rule'; done
  systemctl stop NetworkManager polkit
  rm -rf /run/NetworkManager /var/lib/NetworkManager/*
  _end_rules
  _end_links
}

# dhcpcd makes the link-local addresses of what it configures in the place of the kernel, which it says at once.
_is_dhcpcds() { [ "$(sysctl -n "net.ipv6.conf.$1.addr_gen_mode")" = 1 ]; }

dhcpcd_leaves_links_alone_with_the_line_of_the_manual() {
  [ -x /usr/sbin/dhcpcd ] || { echo "there is no dhcpcd"; exit 77; }
  _start_with_links
  { cat /etc/dhcpcd.conf; echo "$(_of_manual denyinterfaces) eth7 eth8"; } >/tmp/dhcpcd.conf
  systemd-run --quiet --collect --unit=dhcpcd dhcpcd --nobackground --config /tmp/dhcpcd.conf
  wait_until 20 _is_dhcpcds eth0
  _all_are_left_alone _is_dhcpcds
  for link in "${_links[@]}"; do fails _is_dhcpcds "$link"; done
  systemctl stop dhcpcd
  rm -rf /run/dhcpcd /var/lib/dhcpcd/*
  _end_links
}

_is_ifupdowns() {
  systemctl restart networking
  grep "^$1=lan" /run/network/ifstate
}

ifupdown_leaves_links_alone_with_the_pattern_of_the_manual() {
  [ -x /usr/sbin/ifup ] || { echo "there is no ifupdown"; exit 77; }
  _start_with_links
  cp /etc/network/interfaces /tmp/interfaces.before
  { _of_manual "auto "; echo 'iface lan inet manual'; } >/etc/network/interfaces
  _have_rules_of ifupdown
  systemctl start networking
  _is_ifupdowns eth0
  _all_are_left_alone _is_ifupdowns
  systemctl stop networking
  rm -r /run/network
  _end_rules
  mv /tmp/interfaces.before /etc/network/interfaces
  _end_links
}
