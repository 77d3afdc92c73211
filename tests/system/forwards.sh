# SPDX-License-Identifier: MIT
# Forwarded ports.
# shellcheck shell=bash disable=SC2154

# A container with forwards, which runs, and another one without.
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
      - { hostPort: 8080, containerPort: 80, openFirewall: true }
      - { protocol: udp, hostPort: 7007, containerPort: 7, openFirewall: true }
      - { hostPort: 8081, containerPort: 80 }
  client:
    system: "{system}-echo"
    privateNetwork: true
    hostAddress: 10.0.0.1
    localAddress: 10.0.0.3
    hostAddress6: "fc00::1"
    localAddress6: "fc00::3"
YAML
  systemctl start container@web
}

a_forwarded_port_is_reached_from_another_machine_and_from_the_host() {
  plug_in_another_machine
  _declare_forwards
  from_other curl -s --max-time 5 http://172.16.0.1:8080/ | grep 'It works!'
  from_other curl -gs --max-time 5 'http://[fd16::1]:8080/' | grep 'It works!'
  page 10.0.0.1:8080
  page 172.16.0.1:8080
  page '[fc00::1]:8080'
  page '[fd16::1]:8080'
  # The container sees who asks.
  inside web grep -q '^172.16.0.2 ' /var/log/nginx/access.log
  wait_until 20 inside web systemctl is-active echo
  [ "$(echo one | from_other socat -t 2 - UDP4:172.16.0.1:7007)" = one ]
  [ "$(echo two | from_other socat -t 2 - 'UDP6:[fd16::1]:7007')" = two ]
  systemctl stop container@web
  fails page 10.0.0.1:8080
  fails nft list table inet nixos-containers
  unplug_other_machine
}

stopping_after_the_ruleset_was_flushed_is_clean() {
  _declare_forwards
  nft flush ruleset
  systemctl stop container@web
  [ "$(systemctl show -P Result container@web)" = success ]
}

# Those that follow are only in "make check-long".

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
    forwardPorts: [{ hostIP: 0.0.0.0, hostPort: 8080, containerPort: 80 }]
  twin: { system: "{system}-wasabi", privateNetwork: true, hostAddress: 10.0.0.1, localAddress: 10.0.0.2 }
YAML
  systemctl start container@blue
  fails systemctl start container@green
  log_of green | grep 'green .*tcp 8080 .*container blue'
  fails systemctl start container@twin
  log_of twin | grep 'twin .*10\.0\.0\.2 .*container blue'
  page 10.0.0.1:8080
  # In turn they can.
  systemctl stop container@blue container@green
  systemctl reset-failed container@green || true
  systemctl start container@green
  page 10.0.0.1:8080
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
  wait_until 20 page 192.168.101.1:8081
  systemctl stop container@dhcp
  # Of systemd-nspawn, which leaves it: its newer versions as one, earlier ones as two.
  nft list tables | grep io.systemd.nat | sed 's/^/delete /' | nft -f -
  ip link delete br0
}

# Systemd's unit of the host's own rules, with none of them: "flush ruleset" alone.
forwards_come_back_when_the_host_loads_its_rules_anew() {
  _declare_forwards
  # It would be faster.
  systemctl stop container-rules
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

# Whoever comes second adds only what is its own, as long as the table is there.
a_start_after_the_ruleset_was_flushed_makes_the_table_anew() {
  start_pair
  systemctl stop container@two
  nft flush ruleset
  systemctl start container@two
  page 10.0.0.1:8082
}

forwards_of_one_container_survive_the_end_of_another() {
  start_pair
  page 10.0.0.1:8081
  page 10.0.0.1:8082
  systemctl stop container@one
  fails page 10.0.0.1:8081
  page 10.0.0.1:8082
}

# echoes PREFIX… ADDRESS: whether the echo service is reached at ADDRESS by a command run behind PREFIX.
_echoes() {
  local address=${*: -1} word=$RANDOM
  [ "$(echo $word | "${@:1:$#-1}" socat -t 2 - "$address")" = $word ]
}
# The addresses that the page was fetched from since this was called last.
_askers() {
  inside web sh -c 'cut -d " " -f 1 /var/log/nginx/access.log; : >/var/log/nginx/access.log'
}

# Who is seen as the source is checked for TCP, of which there is a log.
forwards_work_from_everywhere_and_show_who_asks() {
  plug_in_another_machine
  _declare_forwards
  systemctl start container@client
  wait_until 20 inside web systemctl is-active echo
  _askers >/dev/null

  # Another machine.
  from_other curl -s --max-time 5 http://172.16.0.1:8080/ | grep 'It works!'
  [ "$(_askers)" = 172.16.0.2 ]
  from_other curl -gs --max-time 5 'http://[fd16::1]:8080/' | grep 'It works!'
  [ "$(_askers)" = fd16::2 ]
  _echoes from_other UDP4:172.16.0.1:7007
  _echoes from_other 'UDP6:[fd16::1]:7007'
  # The host's own addresses.
  page 172.16.0.1:8080
  [ "$(_askers)" = 172.16.0.1 ]
  page '[fd16::1]:8080'
  [ "$(_askers)" = fd16::1 ]
  _echoes UDP4:172.16.0.1:7007
  _echoes 'UDP6:[fd16::1]:7007'
  # Its loopback addresses: the host is seen, at its end of the link. See localhost.sh.
  page localhost:8080
  page 127.0.0.1:8080
  page '[::1]:8080'
  [ "$(_askers | sort -u)" = 10.0.0.1 ]
  _echoes UDP4:127.0.0.1:7007
  _echoes 'UDP6:[::1]:7007'
  # Another container, through an address of the host.
  inside client curl -s --max-time 5 http://172.16.0.1:8080/ | grep 'It works!'
  [ "$(_askers)" = 10.0.0.3 ]
  inside client curl -gs --max-time 5 'http://[fd16::1]:8080/' | grep 'It works!'
  [ "$(_askers)" = fc00::3 ]
  _echoes inside client UDP4:172.16.0.1:7007
  _echoes inside client 'UDP6:[fd16::1]:7007'
  # The container itself, through an address of the host: it sees the host.
  inside web curl -s --max-time 5 http://172.16.0.1:8080/ | grep 'It works!'
  [ "$(_askers)" = 10.0.0.1 ]
  inside web curl -gs --max-time 5 'http://[fd16::1]:8080/' | grep 'It works!'
  [ "$(_askers)" = fc00::1 ]

  # What is not open is there for the host and its containers alone.
  page 127.0.0.1:8081
  page 172.16.0.1:8081
  inside client curl -s --max-time 5 http://172.16.0.1:8081/ | grep 'It works!'
  fails from_other curl -s --max-time 2 http://172.16.0.1:8081/
  fails from_other curl -gs --max-time 2 'http://[fd16::1]:8081/'
  # What is not forwarded is refused, and nobody has the forwards of another.
  fails page 172.16.0.1:8082
  fails inside client curl -s --max-time 2 http://127.0.0.1:8080/
  fails inside client curl -s --max-time 2 http://10.0.0.2:8080/
  # The container cannot reach what listens on the host's loopback addresses.
  systemd-run --quiet --unit=only-local socat TCP4-LISTEN:9999,bind=127.0.0.1,fork,reuseaddr SYSTEM:'echo secret'
  wait_until 20 socat -u TCP4:127.0.0.1:9999 /dev/null
  fails inside web socat -u TCP4:10.0.0.1:9999,connect-timeout=2 -
  fails inside web sh -c 'ip route add 127.0.0.0/8 via 10.0.0.1 table main 2>/dev/null; socat -u TCP4:127.0.0.1:9999,connect-timeout=2 -'
  systemctl stop only-local
  [ "$(sysctl -n net.ipv4.conf.ve-web.route_localnet)" = 0 ]

  systemctl stop container@web container@client
  fails nft list table inet nixos-containers
  fails page 127.0.0.1:8080
  unplug_other_machine
}

a_forward_can_be_of_one_address_or_of_many_ports() {
  ip link add dummy0 type veth peer name dummy1
  ip address add 192.0.2.1/24 dev dummy0
  ip address add 192.0.2.2/24 dev dummy0
  ip link set dummy0 up
  declare_containers <<'YAML'
  one:
    system: "{system}-wasabi"
    privateNetwork: true
    hostAddress: 10.0.0.1
    localAddress: 10.0.0.2
    localAddress6: "fc00::2"
    forwardPorts:
      - { hostPort: 8080, containerPort: 80, hostIP: 192.0.2.1 }
      - { hostPort: 8081, containerPort: 80, hostIP: 127.0.0.1 }
      - { hostPort: "8079-8082", containerPort: 79, hostIP: 192.0.2.2 }
      - { hostPort: 8084, containerPort: 80, hostIP: 0.0.0.0 }
      - { hostPort: 8084, containerPort: 80, hostIP: "::" }
YAML
  systemctl start container@one
  page 192.0.2.1:8080
  page 192.0.2.2:8080
  fails page 192.0.2.2:8081
  fails page 10.0.0.1:8080
  fails page 127.0.0.1:8080
  page 127.0.0.1:8081
  fails page '[::1]:8081'
  fails page 10.0.0.1:8081
  page 127.0.0.1:8084
  page '[::1]:8084'
  # While it runs.
  sed -i 's/hostIP: 192.0.2.1 /hostIP: "0.0.0.0" /; s/hostPort: 8081/hostPort: 8083/' "$manifest"
  systemctl daemon-reload
  nixos-container apply
  page 192.0.2.1:8080
  page 127.0.0.1:8080
  page 127.0.0.1:8083
  fails page 127.0.0.1:8081
  fails page '[::1]:8080'
  systemctl restart container@one
  page 127.0.0.1:8080
  systemctl stop container@one
  ip link delete dummy0
}

# Two containers that have a UDP port of the host each, 7007 by turns.
_declare_echoes() {
  declare_containers <<YAML
  one:
    system: "{system}-echo"
    privateNetwork: true
    hostAddress: 10.0.0.1
    localAddress: 10.0.0.2
    forwardPorts: [{ protocol: udp, hostPort: $1, containerPort: 7, openFirewall: true }]
  two:
    system: "{system}-echo"
    privateNetwork: true
    hostAddress: 10.0.0.1
    localAddress: 10.0.0.3
    forwardPorts: [{ protocol: udp, hostPort: $2, containerPort: 7, openFirewall: true }]
YAML
}
# A sender that keeps its port, as the kernel takes its packets for one connection.
_is_answered() { _echoes from_other UDP4:172.16.0.1:7007,sourceport=5555; }

one_who_goes_on_sending_udp_is_answered_by_the_container_that_has_the_port_then() {
  plug_in_another_machine
  _declare_echoes 7007 7007
  systemctl start container@one
  wait_until 20 _is_answered
  systemctl stop container@one
  systemctl start container@two
  wait_until 20 _is_answered
  # Also one who has sent in between, while the host's firewall has connections tracked.
  nft 'table inet firewall { chain input { type filter hook input priority 0; ct state established accept; }; }'
  systemctl stop container@two
  fails _is_answered
  systemctl start container@one
  wait_until 20 _is_answered
  nft delete table inet firewall
  unplug_other_machine
}

one_who_goes_on_sending_udp_is_answered_by_the_container_that_is_given_the_port() {
  plug_in_another_machine
  _declare_echoes 7007 7008
  systemctl start container@one container@two
  wait_until 20 _is_answered
  _declare_echoes 7008 7007
  nixos-container apply
  # It does not answer any more.
  systemctl stop container@one
  wait_until 20 _is_answered
  # Given to one that runs, after nobody has had it.
  _declare_echoes 7007 7008
  nixos-container apply
  fails _is_answered
  sed -i 's/7007/7009/; s/7008/7007/' "$manifest"
  systemctl daemon-reload
  nixos-container apply
  wait_until 20 _is_answered
  unplug_other_machine
}

a_host_with_ipv6_switched_off_forwards_localhost_all_the_same() {
  sysctl -q net.ipv6.conf.all.disable_ipv6=1
  declare_containers <<'YAML'
  one:
    system: "{system}-wasabi"
    privateNetwork: true
    hostAddress: 10.0.0.1
    localAddress: 10.0.0.2
    forwardPorts: [{ hostPort: 8081, containerPort: 80 }]
YAML
  systemctl start container@one
  page 127.0.0.1:8081
  sysctl -q net.ipv6.conf.all.disable_ipv6=0
  page '[::1]:8081'
}

a_restart_without_a_port_of_localhost_closes_it() {
  start_pair
  page 127.0.0.1:8081
  sed -i 's/hostPort: 8081/hostPort: 8091/' "$manifest"
  systemctl daemon-reload
  systemctl restart container@one
  page 127.0.0.1:8091
  fails page 127.0.0.1:8081
}

# What comes back from a neighbour on the bridge has to pass the host. With br_netfilter, which NixOS does not load, the kernel
# bridges it before it gets there.
forwards_work_between_neighbours_on_a_bridge() {
  sysctl -qw net.bridge.bridge-nf-call-iptables=0 || true
  ip link add br0 type bridge
  ip address add 192.168.101.1/24 dev br0
  ip link set br0 up
  sysctl -qw net.ipv4.ip_forward=1
  declare_containers <<'YAML'
  one:
    system: "{system}-wasabi"
    privateNetwork: true
    hostBridge: br0
    hostAddress: 192.168.101.1
    localAddress: 192.168.101.2/24
    forwardPorts: [{ hostPort: 8081, containerPort: 80, openFirewall: true }]
  two: { system: "{system}-wasabi", privateNetwork: true, hostBridge: br0, hostAddress: 192.168.101.1, localAddress: 192.168.101.3/24 }
YAML
  systemctl start container@one container@two
  inside two curl -s --max-time 5 http://192.168.101.1:8081/ | grep 'It works!'
  inside one curl -s --max-time 5 http://192.168.101.1:8081/ | grep 'It works!'
  page 127.0.0.1:8081
  systemctl stop container@one container@two
  sysctl -qw net.ipv4.ip_forward=0
  ip link delete br0
}
