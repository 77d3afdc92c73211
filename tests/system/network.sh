# SPDX-License-Identifier: MIT
# The network of containers: links, addresses, routes.
# shellcheck shell=bash disable=SC2154

a_container_with_only_ipv4_is_reached_until_it_is_stopped() {
  declare_containers <<'YAML'
  four: { system: "{system}-wasabi", privateNetwork: true, hostAddress: 10.231.136.1, localAddress: 10.231.136.2 }
YAML
  systemctl start container@four
  page 10.231.136.2
  ping -c 1 -W 2 10.231.136.2
  inside four ip -4 route show default | grep 'via 10.231.136.1 dev eth0'
  systemctl stop container@four
  fails ping -c 1 -W 1 10.231.136.2
}

containers_on_a_bridge_are_reached_with_and_without_addresses() {
  ip link add br0 type bridge
  ip address add 192.168.101.1/24 dev br0
  ip address add fc01::1/7 dev br0 nodad
  ip link set br0 up
  declare_containers <<'YAML'
  web:
    { system: "{system}-wasabi", privateNetwork: true, hostBridge: br0, localAddress: 192.168.101.3/24, localAddress6: "fc01::3/7" }
  web-noip: { system: "{system}-wasabi", privateNetwork: true, hostBridge: br0 }
YAML
  systemctl start container@web container@web-noip
  page 192.168.101.3
  page '[fc01::3]'
  inside web-noip ip -o link show dev eth0 | grep ',UP'
  ip -o link show dev vb-web-noip | grep 'master br0'
  inside web-noip ip address add 192.168.101.4/24 dev eth0
  page 192.168.101.4
  systemctl stop container@web container@web-noip
  fails ping -c 1 -W 1 192.168.101.3
  ip link delete br0
}

extra_veths_are_bridged_routed_and_gone_afterwards() {
  ip link add br0 type bridge
  ip address add 192.168.101.1/24 dev br0
  ip link set br0 up
  ip link add br1 type bridge
  ip address add 192.168.102.1/24 dev br1
  ip link set br1 up
  declare_containers <<'YAML'
  web:
    system: "{system}-wasabi"
    privateNetwork: true
    hostBridge: br0
    localAddress: 192.168.101.3/24
    extraVeths:
      veth1: { hostBridge: br1, localAddress: 192.168.102.3/24, localMacAddress: "02:00:00:00:00:17" }
      veth2:
        hostAddress: 192.168.103.1
        localAddress: 192.168.103.2
        hostAddress6: "fc03::1"
        localAddress6: "fc03::2"
        forwardPorts: [{ hostPort: 8017, containerPort: 80 }]
YAML
  systemctl start container@web
  local interface
  for interface in eth0 veth1 veth2; do inside web ip -o link show dev $interface | grep ',UP'; done
  for interface in vb-web veth1 veth2; do ip -o link show dev $interface | grep ',UP'; done
  ip -o link show dev vb-web | grep 'master br0'
  ip -o link show dev veth1 | grep 'master br1'
  inside web cat /sys/class/net/veth1/address | grep 02:00:00:00:00:17
  ping -c 1 -W 2 192.168.101.3
  ping -c 1 -W 2 192.168.102.3
  ping -c 1 -W 2 192.168.103.2
  ping -c 1 -W 2 fc03::2
  page 192.168.103.1:8017
  systemctl stop container@web
  fails ip link show dev veth1
  fails ip link show dev veth2
  ip link delete br0
  ip link delete br1
}

a_mac_address_alone_makes_a_link() {
  declare_containers <<'YAML'
  mac: { system: "{system}-wasabi", privateNetwork: true, localMacAddress: "02:00:00:00:00:2a" }
YAML
  systemctl start container@mac
  inside mac cat /sys/class/net/eth0/address | grep 02:00:00:00:00:2a
  ip -o link show dev ve-mac | grep ',UP'
}

macvlans_reach_each_other() {
  ip link add eth1 type veth peer name eth1-peer
  ip link set eth1 up
  ip link set eth1-peer up
  declare_containers <<'YAML'
  one: { system: "{system}-wasabi", privateNetwork: true, macvlans: [eth1] }
  two: { system: "{system}-wasabi", macvlans: [eth1] }
YAML
  systemctl start container@one container@two
  local i=1 name
  for name in one two; do
    inside $name ip address add 192.168.104.$i/24 dev mv-eth1
    inside $name ip link set mv-eth1 up
    i=$((i + 1))
  done
  inside one ping -c 1 -W 2 192.168.104.2
  systemctl stop container@one container@two
  ip link delete eth1
}

a_physical_interface_moves_in_and_the_boot_waits_for_it() {
  declare_containers <<'YAML'
  nic: { system: "{system}-wasabi", autoStart: true, interfaces: [dummy-test, eth1] }
YAML
  systemctl start --no-block machines.target
  wait_until 10 has_logged nic dummy-test
  [ "$(state nic)" = activating ]
  ip link add dummy-test type veth peer name dummy-peer
  ip link add eth1 type veth peer name eth1-peer
  wait_until 30 systemctl is-active container@nic
  inside nic ip link show dev dummy-test
  inside nic ip link show dev eth1
  fails ip link show dev dummy-test
  systemctl stop container@nic
  wait_until 20 ip link show dev dummy-test
  ip link delete dummy-test
  ip link delete eth1
}

_is_managed() { networkctl --no-pager --json=short status "$1" | grep -E '"AdministrativeState":"(configuring|configured|degraded|routable|carrier|pending)"'; }

a_network_namespace_is_joined() {
  ip netns add there
  ip -n there link add there0 type bridge
  declare_containers <<'YAML'
  joined: { system: "{system}-wasabi", networkNamespace: /run/netns/there }
YAML
  systemctl start container@joined
  inside joined ip link show dev there0
  systemctl stop container@joined
  ip netns delete there
}

# Those that follow are only in "make check-long".

a_container_with_only_ipv6_is_reached_until_it_is_stopped() {
  declare_containers <<'YAML'
  six: { system: "{system}-wasabi", privateNetwork: true, hostAddress6: "fc00::1", localAddress6: "fc00::2" }
YAML
  systemctl start container@six
  page '[fc00::2]'
  inside six ip -6 route show default | grep 'via fc00::1 dev eth0'
  systemctl stop container@six
  fails ping -c 1 -W 1 fc00::2
}

a_container_waits_for_the_bridge_it_is_on() {
  declare_containers <<'YAML'
  late: { system: "{system}-wasabi", privateNetwork: true, hostBridge: br7, localAddress: 192.168.107.3/24 }
YAML
  systemctl start --no-block container@late
  wait_until 10 has_logged late br7
  [ "$(state late)" = activating ]
  ip link add br7 type bridge
  ip link set br7 up
  wait_until 30 systemctl is-active container@late
  ip link delete br7
}

a_bridged_container_with_a_host_address_has_it_as_its_gateway() {
  ip link add br0 type bridge
  ip address add 192.168.101.1/24 dev br0
  ip address add fc01::1/64 dev br0 nodad
  ip link set br0 up
  declare_containers <<'YAML'
  web:
    system: "{system}-wasabi"
    privateNetwork: true
    hostBridge: br0
    hostAddress: 192.168.101.1
    hostAddress6: "fc01::1"
    localAddress: 192.168.101.3/24
    localAddress6: "fc01::3/64"
YAML
  systemctl start container@web
  inside web ip -4 route show default | grep 'via 192.168.101.1'
  inside web ip -6 route show default | grep 'via fc01::1'
  inside web ping -c 1 -W 2 192.168.101.1
  inside web ping -c 1 -W 2 fc01::1
  systemctl stop container@web
  ip link delete br0
}

# With the file of the module, see tests/nix/module.
_networkd_is_online() {
  inside "$1" systemctl is-active network-online.target systemd-networkd.service
  inside "$1" networkctl --no-pager list eth0 | grep configured
}

networkd_is_online_at_once_and_leaves_links_as_they_are() {
  declare_containers <<'YAML'
  net:
    system: "{system}-networkd"
    privateUsers: pick
    privateNetwork: true
    hostAddress: 10.231.136.1
    localAddress: 10.231.136.2
    hostAddress6: "fc00::1"
    localAddress6: "fc00::2"
    timeoutStartSec: 40s
    bindMounts: { /run/systemd/network: { hostPath: /tests/networkd } }
YAML
  systemctl start container@net
  _networkd_is_online net
  inside net systemctl restart systemd-networkd
  wait_until 10 _networkd_is_online net
  page 10.231.136.2
  page '[fc00::2]'
  inside net ip -4 route show default | grep 'via 10.231.136.1 dev eth0'
  inside net ip -6 route show default | grep 'via fc00::1 dev eth0'
}

networkd_is_online_on_a_bridge_and_has_what_a_router_says() {
  local router=/run/router
  ip link add br0 type bridge
  ip link set br0 up
  mkdir $router
  printf '%s\n' '[Match]' Name=eth0 '[Network]' IPv6SendRA=yes KeepConfiguration=static '[IPv6Prefix]' Prefix=fd05::/64 >$router/eth0.network
  declare_containers <<YAML
  net:
    system: "{system}-networkd"
    privateNetwork: true
    hostBridge: br0
    timeoutStartSec: 40s
    bindMounts: { /run/systemd/network: { hostPath: /tests/networkd } }
  router:
    system: "{system}-networkd"
    privateNetwork: true
    hostBridge: br0
    localAddress6: "fd05::1/64"
    timeoutStartSec: 40s
    bindMounts: { /run/systemd/network: { hostPath: $router } }
YAML
  systemctl start container@net
  _networkd_is_online net
  systemctl start container@router
  wait_until 20 inside net ping -c 1 -W 2 fd05::1
  inside net ip -6 route show default | grep 'proto ra'
  rm -r $router
  systemctl stop container@net container@router
  ip link delete br0
}

private_network_alone_has_no_link() {
  declare_containers <<'YAML'
  alone: { system: "{system}-wasabi", privateNetwork: true }
YAML
  systemctl start container@alone
  [ "$(inside alone ls /sys/class/net)" = lo ]
}

long_names_are_shortened_as_nspawn_shortens_them() {
  declare_containers <<'YAML'
  first: { system: "{system}-wasabi", privateNetwork: true, hostAddress: 10.0.0.1, localAddress: 10.0.0.2 }
  really-long-name: { system: "{system}-wasabi", privateNetwork: true, hostAddress: 10.0.0.1, localAddress: 10.0.0.3 }
  really-long-long-name-2: { system: "{system}-wasabi", privateNetwork: true, hostAddress: 10.0.0.1, localAddress: 10.0.0.4 }
YAML
  systemctl start container@first container@really-long-name container@really-long-long-name-2
  ip link show dev ve-first
  ip link show dev ve-really-l3QgY
  ip link show dev ve-really-lFYWO
  # The full name is kept as an alternative one.
  ip link show dev ve-really-long-name | grep ve-really-l3QgY
}

# The addresses must not change for those who have them in a DHCP server.
mac_addresses_are_the_ones_that_nspawn_gives() {
  declare_containers <<'YAML'
  peer:
    system: "{system}-wasabi"
    privateNetwork: true
    hostAddress: 10.0.0.1
    extraVeths: { extra0: {}, extra1: {} }
YAML
  addresses() {
    local interface
    for interface in ve-peer extra0 extra1; do ip -o link show dev $interface; done | grep -o 'ether [^ ]*'
    for interface in "$inside_name" extra0 extra1; do "$@" ip -o link show dev "$interface"; done | grep -o 'ether [^ ]*'
  }
  systemctl start container@peer
  inside_name=eth0 addresses inside peer >/tmp/ours
  systemctl stop container@peer

  mkdir -p /tmp/peer/usr
  systemd-run --unit=reference --property=Type=notify --quiet systemd-nspawn --keep-unit --register=no --machine=peer \
    --directory=/tmp/peer --bind-ro=/nix/store --network-veth --network-veth-extra=extra0 --network-veth-extra=extra1 \
    /nix/store/00000000000000000000000000000000-busybox/bin/sh -c 'sleep 60'
  local leader
  leader=$(pgrep -P "$(systemctl show -P MainPID reference)")
  inside_name=host0 addresses nsenter -t "$leader" -n >/tmp/theirs
  systemctl kill -s KILL reference
  wait_until 20 fails ip link show dev ve-peer
  diff /tmp/theirs /tmp/ours
  umount -R /run/systemd/nspawn/unix-export/peer /run/systemd/nspawn/peer/unix-export || true
  rm -rf /tmp/peer /run/systemd/nspawn/*/peer /run/systemd/nspawn/peer
}

# systemd-nspawn refuses one that udev has not seen yet, as when it comes back from the container at a restart.
a_physical_interface_is_waited_for_until_udev_is_done_with_it() {
  declare_containers <<'YAML'
  nic: { system: "{system}-small", privateNetwork: true, extraFlags: [--network-interface=eth1] }
YAML
  udevadm control --stop-exec-queue
  ip link add eth1 type veth peer name eth1-peer
  systemctl start --no-block container@nic
  sleep 0.5
  udevadm control --start-exec-queue
  wait_until 20 systemctl is-active container@nic
  [ "$(systemctl show -P NRestarts container@nic)" = 0 ]
  systemctl stop container@nic
  wait_until 20 ip link show dev eth1
  ip link delete eth1
}

# Files of the host that match everything, of which systemd-networkd reads the first.
_match_all_links() {
  mkdir -p /run/systemd/network
  printf '%s\n' '[Match]' 'Type=ether' '[Network]' 'Address=10.99.0.1/24' 'LinkLocalAddressing=no' >/run/systemd/network/00-all.network
  printf '%s\n' '[Match]' 'Name=*' '[Network]' 'DHCP=yes' >/run/systemd/network/00-first.network
}

networkd_of_the_host_leaves_links_alone_whatever_its_files_match() {
  _match_all_links
  ip link add br0 type bridge
  ip link set br0 up
  declare_containers <<'YAML'
  web: { system: "{system}-wasabi", privateNetwork: true, hostAddress: 10.0.0.1, localAddress: 10.0.0.2, extraVeths: { lan0: { hostAddress: 10.0.1.1, localAddress: 10.0.1.2 } } }
  bridged: { system: "{system}-small", privateNetwork: true, hostBridge: br0, localAddress: 10.0.2.2/24 }
  nspawns: { system: "{system}-small", extraFlags: [--network-veth] }
YAML
  systemctl start systemd-networkd
  systemctl start container@{web,bridged,nspawns}
  for _ in 1 2; do
    page 10.0.0.2
    page 10.0.1.2
    for link in ve-web lan0 vb-bridged; do
      networkctl --no-pager list $link | grep ' unmanaged'
      [ "$(udevadm info --query=property --property=NM_UNMANAGED --value /sys/class/net/$link)" = 1 ]
    done
    ip -4 address show ve-web | grep '10\.0\.0\.1/32'
    fails grep -r '10\.99\.0\.1' /run/systemd/netif/links/"$(cat /sys/class/net/ve-web/ifindex)"
    # Only links of this project's are.
    wait_until 10 networkctl --no-pager list ve-nspawns
    networkctl --no-pager list ve-nspawns | grep -E ' (configuring|configured)'
    systemctl restart systemd-networkd
    networkctl reload
    wait_until 10 networkctl --no-pager list ve-web
    sleep 1
  done
  # In the container, nothing tells of that.
  inside web ip link show eth0 | grep 'group default'
  systemctl stop container@{web,bridged,nspawns}
  systemctl stop systemd-networkd.socket systemd-networkd
  rm -r /run/systemd/network
  ip link delete br0
}

an_interface_is_known_by_its_alternative_name() {
  ip link add lan-a type veth peer name lan-a-peer
  ip link add lan-b type veth peer name lan-b-peer
  ip link property add dev lan-a altname port-a altname a-name-of-more-than-15
  ip link property add dev lan-b altname port-b
  ip link add br0 type bridge
  ip link property add dev br0 altname switch
  ip link set br0 up
  declare_containers <<'YAML'
  nic: { system: "{system}-wasabi", privateNetwork: true, interfaces: [port-a], macvlans: [port-b], hostBridge: switch, localAddress: 10.0.2.2/24 }
YAML
  local started=$SECONDS
  systemctl start container@nic
  inside nic ip link show dev lan-a
  inside nic ip link show dev mv-port-b
  ip link show dev vb-nic | grep 'master br0'
  # It does not wait for interfaces that are in it.
  systemctl start container@nic
  [ $((SECONDS - started)) -lt 60 ]
  systemctl restart container@nic
  inside nic ip link show dev lan-a
  systemctl stop container@nic
  wait_until 20 ip link show dev lan-a
  write_manifest <<'YAML'
  nic: { system: "{system}-wasabi", privateNetwork: true, interfaces: [a-name-of-more-than-15] }
YAML
  exits_with 1 nixos-container check 2>&1 | grep 'containers.nic.interfaces\[0\]: "a-name-of-more-than-15" .* 15 '
  ip link delete lan-a
  ip link delete lan-b
  ip link delete br0
}

an_interface_that_comes_later_is_waited_for() {
  declare_containers <<'YAML'
  nic: { system: "{system}-wasabi", privateNetwork: true, interfaces: [lan0], hostBridge: br0, localAddress: 10.0.2.2/24, timeoutStartSec: 20s }
YAML
  systemctl start --no-block container@nic
  wait_until 10 has_logged nic 'br0'
  ip link add br0 type bridge
  wait_until 10 has_logged nic 'lan0'
  ip link add lan0 type veth peer name lan0-peer
  wait_until 20 systemctl is-active container@nic
  inside nic ip link show dev lan0
  systemctl stop container@nic
  wait_until 20 ip link show dev lan0
  ip link delete lan0
  # A stop does not wait for them.
  systemctl start --no-block container@nic
  wait_until 10 has_logged nic 'lan0'
  systemctl stop container@nic
  is_inactive nic
  ip link delete br0
}

an_interface_of_the_host_that_has_the_name_is_spared() {
  ip link add lan0 type bridge
  declare_containers <<'YAML'
  web: { system: "{system}-small", privateNetwork: true, extraVeths: { lan0: { hostAddress: 10.0.1.1, localAddress: 10.0.1.2 } } }
YAML
  # Tried once: when systemd has given up trying, the status has nothing of what the tries have said.
  mkdir -p /run/systemd/system/container@web.service.d
  printf '[Service]\nRestart=no\n' >/run/systemd/system/container@web.service.d/test.conf
  systemctl daemon-reload
  fails systemctl start container@web
  log_of web | grep 'Container web .*lan0'
  # What the programs of the unit say of an error is one in the journal, and the container's.
  journalctl --sync
  [ "$(journalctl -q -p err -u container@web -t 'container web' -o cat -n 1 --grep='has an interface')" = \
    "Container web cannot start: the host already has an interface lan0, which does not belong to the container. Rename one of them." ]
  status_of web | grep 'interface lan0'
  systemctl stop container@web
  ip -d link show dev lan0 | grep bridge
  # One that comes up between.
  mv /usr/bin/systemd-nspawn /usr/bin/systemd-nspawn.real
  # shellcheck disable=SC2016
  printf '#!/bin/sh\nip link add lan0 type bridge\nexec /usr/bin/systemd-nspawn.real "$@"\n' >/usr/bin/systemd-nspawn
  chmod +x /usr/bin/systemd-nspawn
  ip link delete lan0
  fails systemctl start container@web
  systemctl stop container@web
  mv /usr/bin/systemd-nspawn.real /usr/bin/systemd-nspawn
  ip -d link show dev lan0 | grep bridge
  ip link delete lan0
  rm -r /run/systemd/system/container@web.service.d
}

a_container_without_a_private_network_has_the_hosts() {
  declare_containers <<'YAML'
  host: { system: "{system}-wasabi", timeoutStartSec: 20s }
YAML
  systemctl start container@host
  page 127.0.0.1
}
