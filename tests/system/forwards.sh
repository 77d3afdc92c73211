# Forwarded ports.
# shellcheck shell=bash disable=SC2154

# Another machine: a network namespace on a link of its own.
_plug_in_another_machine() {
  ip netns add other
  ip link add to-other type veth peer name eth0 netns other
  ip address add 172.16.0.1/24 dev to-other
  ip address add fd16::1/64 dev to-other nodad
  ip link set to-other up
  ip -n other address add 172.16.0.2/24 dev eth0
  ip -n other address add fd16::2/64 dev eth0 nodad
  ip -n other link set eth0 up
  sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
}

_unplug_it() {
  ip netns delete other
  ip link delete to-other 2>/dev/null || true
  sysctl -qw net.ipv4.ip_forward=0 net.ipv6.conf.all.forwarding=0
}

_from_other() { ip netns exec other "$@"; }

_declare_forwards() {
  declare_containers <<'YAML'
  web:
    system: "{system}-echo"
    privateNetwork: true
    hostAddress: 10.0.0.1
    localAddress: 10.0.0.2
    hostAddress6: "fc00::1"
    localAddress6: "fc00::2"
    forwardPorts:
      - { hostPort: 8080, containerPort: 80 }
      - { protocol: udp, hostPort: 7007, containerPort: 7 }
YAML
  systemctl start container@web
}

a_forwarded_port_is_reached_from_another_machine_and_from_the_host() {
  _plug_in_another_machine
  _declare_forwards
  _from_other curl -s --max-time 5 http://172.16.0.1:8080/ | grep 'It works!'
  _from_other curl -gs --max-time 5 'http://[fd16::1]:8080/' | grep 'It works!'
  page 10.0.0.1:8080
  page 172.16.0.1:8080
  page '[fc00::1]:8080'
  page '[fd16::1]:8080'
  # The container sees who asks.
  inside web grep -q '^172.16.0.2 ' /var/log/nginx/access.log
  wait_until 5 inside web systemctl is-active echo
  [ "$(echo one | _from_other socat -t 2 - UDP4:172.16.0.1:7007)" = one ]
  [ "$(echo two | _from_other socat -t 2 - 'UDP6:[fd16::1]:7007')" = two ]
  systemctl stop container@web
  fails page 10.0.0.1:8080
  fails nft list table inet nixos-containers
  _unplug_it
}

an_address_that_the_container_gets_by_itself_is_forwarded_to_as_well() {
  ip link add br0 type bridge
  ip address add 192.168.101.1/24 dev br0
  ip link set br0 up
  declare_containers <<'YAML'
  dhcp: { system: "{system}-wasabi", privateNetwork: true, hostBridge: br0, forwardPorts: [{ hostPort: 8081, containerPort: 80 }] }
YAML
  systemctl start container@dhcp
  # As a DHCP client in it would.
  inside dhcp ip address add 192.168.101.9/24 dev eth0
  wait_until 5 page 192.168.101.1:8081
  systemctl stop container@dhcp
  nft delete table ip io.systemd.nat
  nft delete table ip6 io.systemd.nat
  ip link delete br0
}

# Systemd's unit of the host's own rules, with none of them: "flush ruleset" alone.
forwards_come_back_when_the_host_loads_its_rules_anew() {
  _declare_forwards
  systemctl start nftables
  page 10.0.0.1:8080
  nft flush ruleset
  fails page 10.0.0.1:8080
  systemctl restart nftables
  page 10.0.0.1:8080
  nft flush ruleset
  systemctl reload nftables
  page 10.0.0.1:8080
  page '[fc00::1]:8080'
  systemctl stop nftables
}

stopping_after_the_ruleset_was_flushed_is_clean() {
  _declare_forwards
  nft flush ruleset
  systemctl stop container@web
  [ "$(systemctl show -P Result container@web)" = success ]
}

forwards_of_one_container_survive_the_end_of_another() {
  start_pair
  page 10.0.0.1:8081
  page 10.0.0.1:8082
  systemctl stop container@one
  fails page 10.0.0.1:8081
  page 10.0.0.1:8082
}

the_second_container_with_a_host_port_says_who_has_it() {
  declare_containers <<'YAML'
  blue:
    system: "{system}-wasabi"
    privateNetwork: true
    hostAddress: 10.0.0.1
    localAddress: 10.0.0.2
    forwardPorts: [{ hostPort: 8080, containerPort: 80 }]
  green:
    system: "{system}-wasabi"
    privateNetwork: true
    hostAddress: 10.0.0.1
    localAddress: 10.0.0.3
    forwardPorts: [{ hostPort: 8080, containerPort: 80 }]
  twin: { system: "{system}-wasabi", privateNetwork: true, hostAddress: 10.0.0.1, localAddress: 10.0.0.2 }
YAML
  systemctl start container@blue
  fails systemctl start container@green
  log_of green | grep 'Container green cannot start: host port tcp 8080 is in use by container blue.'
  fails systemctl start container@twin
  log_of twin | grep 'Container twin cannot start: address 10.0.0.2 is in use by container blue.'
  page 10.0.0.1:8080
  # In turn they can.
  systemctl stop container@blue container@green
  systemctl reset-failed container@green || true
  systemctl start container@green
  page 10.0.0.1:8080
}
