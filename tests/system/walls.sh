# SPDX-License-Identifier: MIT
# Firewalls of others on the host: what they drop of what containers send and receive is reported with what to write, and that works.
# With the real Docker and firewalld.
# shellcheck shell=bash

# web, with internet access and an open port, and another machine that it gets out to, which is the way to elsewhere.
_start_web() {
  systemctl stop other-page 2>/dev/null || true
  plug_in_another_machine
  ip route add default via 172.16.0.2
  ip -6 route add default via fd16::2
  from_other systemd-run --quiet --collect --unit=other-page --property=NetworkNamespacePath=/run/netns/other \
    socat TCP6-LISTEN:9000,fork,reuseaddr,ipv6only=0 SYSTEM:'echo hello'
  declare_containers <<'YAML'
  web:
    system: "{system}-wasabi"
    privateNetwork: true
    hostAddress: 10.0.0.1
    localAddress: 10.0.0.2
    hostAddress6: "fc00::1"
    localAddress6: "fc00::2"
    internetAccess: true
    forwardPorts: [{ hostPort: 8080, containerPort: 80, openFirewall: true }]
YAML
  systemctl start container@web
}

_end_web() {
  systemctl stop container@web other-page
  ip route delete default
  ip -6 route delete default
  unplug_other_machine
}

_gets_out() { inside web socat -T 2 -u "TCP:$1:9000,connect-timeout=1" - | grep hello; }
_is_reached() { from_other curl -sgf --max-time 1 "http://$1:8080/" | grep 'It works!'; }
_is_open() { _gets_out 172.16.0.2 && _gets_out '[fd16::2]' && _is_reached 172.16.0.1 && _is_reached '[fd16::1]'; }

# What "check" prints, which it is to fail for.
_blocked() { { exits_with 1 nixos-container check 2>&1; } | tee /tmp/blocked; }

a_chain_that_drops_is_named_with_what_to_write() {
  nft -f - <<'NFT'
table inet closed {
  chain passage { type filter hook forward priority 10; policy drop; }
}
NFT
  _start_web
  fails _gets_out 172.16.0.2
  fails _is_reached 172.16.0.1
  log_of web | grep 'its internet access is blocked by the policy of chain passage of the nftables table inet closed'
  log_of web | grep 'what is forwarded to it from other machines through to-other is blocked by the policy of chain passage'
  _blocked
  [ "$(wc -l </tmp/blocked)" = 2 ]
  sed -n 's/.* Write at the beginning of chain passage: //p' /tmp/blocked | sed 's/; /\n/g' |
    while read -r rule; do nft "insert rule inet closed passage $rule"; done
  _is_open
  nixos-container check
  nft delete table inet closed
  _end_web
}

# Those that follow are only in "make check-long".

# Runs the commands that it has printed.
_do_what_it_says() { sed -n 's/.* Run: //p' /tmp/blocked | sort -u | bash -ex; }

# What is reported is what happens: "blocked" is for what leaves, of chains as people write them.
what_is_reported_is_what_the_kernel_does() {
  local rules wanted
  _start_web
  while IFS='|' read -r wanted rules; do
    printf 'table inet other {\n%b\n}\n' "$rules" >/tmp/rules
    nft -f /tmp/rules
    if [ "$wanted" = blocked ]; then
      _blocked | grep -E 'its internet access( over IPv4)? is blocked'
      fails _gets_out 172.16.0.2
    else
      fails grep -E 'its internet access( over IPv4)? is' < <(nixos-container check 2>&1)
      _gets_out 172.16.0.2
    fi
    nft delete table inet other
  done <<'RULES'
blocked|chain c { type filter hook forward priority 0; iifname "ve-*" drop\n}
blocked|chain c { type filter hook forward priority 0; iifname != { "lo", "to-other" } reject\n}
blocked|set l { type ifname; flags interval; auto-merge; elements = { "ve-*" }; }\nchain c { type filter hook forward priority 0; iifname @l drop\n}
blocked|chain c { type filter hook forward priority 0; ip saddr 10.0.0.0/8 drop\n}
blocked|chain c { type filter hook forward priority 0; ip saddr { 10.0.0.0-10.0.0.9, 10.2.0.0/16 } drop\n}
blocked|chain c { type filter hook forward priority 0; policy drop; ct state vmap { established : accept, related : accept, new : jump n }\n}\nchain n { iifname "docker0" accept\n}
blocked|chain c { type filter hook forward priority 0; policy drop; iifname "ve-*" accept\n}
blocked|chain c { type filter hook forward priority 0; policy drop; ct state established accept; iifname "ve-*" jump n\n}\nchain n { oifname "to-other" return\n accept\n}
blocked|chain c { type filter hook forward priority 0; ct state established accept; goto n\n}\nchain n { ip protocol tcp counter log drop\n}
open|chain c { type filter hook forward priority 0; policy drop; ct state established,related accept; iifname . oifname { "ve-web" . "to-other" } accept\n}
open|chain c { type filter hook forward priority 0; policy drop; ct state vmap { established : accept, new : jump n }\n}\nchain n { ip daddr 172.16.0.0/16 accept\n}
open|chain c { type filter hook forward priority 0; policy drop; ct state established accept; iifgroup 25454 meta l4proto { tcp, udp } accept\n}
open|chain c { type filter hook forward priority 0; iifname "ve-*" ip daddr 192.168.0.0/16 drop\n}
open|chain c { type filter hook forward priority 0; policy drop; iif != "lo" jump n\n}\nchain n { ip saddr 10.0.0.2 accept\n ip daddr 10.0.0.2 accept\n}
open|chain c { type filter hook input priority 0; iifname "ve-*" drop\n}
open|limit l { rate over 1000/second\n}\nchain c { type filter hook forward priority 0; iifname "ve-*" limit name "l" drop\n}
open|set s { type ipv4_addr; limit rate over 1000/second; elements = { 10.0.0.2 }\n}\nchain c { type filter hook forward priority 0; ip saddr @s drop\n}
open|chain c { type filter hook forward priority 0; ip saddr vmap { 10.0.0.2 : accept } drop\n}
open|chain c { type filter hook forward priority 0; policy drop; ct status seen-reply accept; iifname "ve-*" accept\n}
open|set s { type ipv4_addr; flags dynamic,timeout; timeout 1h\n}\nchain c { type filter hook forward priority 0; policy drop; ct state established accept; iifname "ve-*" add @s { ip saddr }\n ip saddr @s accept\n}
open|set s { type ipv4_addr; flags dynamic; elements = { 10.0.0.2 }\n}\nchain d { type filter hook prerouting priority 0; iifname "ve-*" delete @s { ip saddr }\n}\nchain c { type filter hook forward priority 0; ip saddr @s drop\n}
open|flags dormant\nchain c { type filter hook forward priority 0; policy drop\n}
open|chain c { type filter hook forward priority 0; policy drop; ct state established accept; ip saddr 10.0.0.2 jump { accept\n}\n}
blocked|chain c { type filter hook forward priority 0; policy drop; ct status assured accept; iifname "ve-*" accept\n}
blocked|set s { type ifname . ipv4_addr; flags interval; elements = { "ve-web" . 10.0.0.0/24 }\n}\nchain c { type filter hook forward priority 0; iifname . ip saddr @s drop\n}
blocked|map m { type ipv4_addr : verdict; flags interval; elements = { 10.0.0.0-10.0.0.1 : accept, * : drop }\n}\nchain c { type filter hook forward priority 0; ip saddr vmap @m\n}
blocked|chain c { type filter hook forward priority 0; ip saddr != 10.0.0.3-10.0.0.9 oifname "to-other" ip saddr 10.0.0.0/8 drop\n}
RULES
  _end_web
}

# Packets of the container leave the host where its own do not.
routes_that_depend_on_the_source_are_followed() {
  _start_web
  ip route add default via 172.16.0.2 table 100
  ip rule add from 10.0.0.2 lookup 100
  ip route replace default dev lo
  ip -6 route replace default dev lo
  nft -f - <<'NFT'
table inet closed {
  chain passage {
    type filter hook forward priority 10; policy drop;
    ct state established accept
    oifname "to-other" accept
  }
}
NFT
  _gets_out 172.16.0.2
  _blocked | grep 'its internet access over IPv6 is blocked'
  fails grep 'its internet access over IPv4' /tmp/blocked
  ip rule delete from 10.0.0.2
  _blocked | grep 'its internet access is blocked'
  # What marks packets is not known, nor which ports they have: only what all of them need is reported.
  ip rule add fwmark 1 lookup 100
  nft 'add chain inet closed marks { type filter hook prerouting priority mangle; }; add rule inet closed marks iifname "ve-*" meta mark set 1'
  _gets_out 172.16.0.2
  _blocked | grep 'its internet access over IPv6 is blocked'
  fails grep 'its internet access over IPv4\|its internet access is' /tmp/blocked
  ip rule delete fwmark 1
  nft delete chain inet closed marks
  ip rule add iif ve-web ipproto tcp lookup 100
  _gets_out 172.16.0.2
  _blocked | grep 'its internet access over IPv6 is blocked'
  fails grep 'its internet access over IPv4\|its internet access is' /tmp/blocked
  ip rule delete iif ve-web ipproto tcp
  nft delete table inet closed
  _end_web
}

# Only some ports, and only where packets come from there.
what_is_forwarded_is_reported_with_its_ports() {
  _start_web
  sed -i 's/openFirewall: true }/&, { hostPort: 8081, containerPort: 81, openFirewall: true }/' /etc/nixos-containers/test.yaml
  systemctl daemon-reload
  nixos-container apply
  nft -f - <<'NFT'
table inet closed {
  chain passage {
    type filter hook forward priority 10; policy drop;
    ct state established accept
    iifname "ve-*" accept
    tcp dport 80 accept
  }
}
NFT
  _is_open
  _blocked | grep 'what is forwarded to it (81/tcp) from other machines through to-other is blocked'
  nft delete table inet closed
  _end_web
}

# As the module br_netfilter has it, which Docker loads.
a_bridge_whose_packets_pass_closed_chains_is_reported() {
  [ -e /proc/sys/net/bridge/bridge-nf-call-iptables ] || { echo "there is no br_netfilter"; exit 77; }
  sysctl -qw net.bridge.bridge-nf-call-iptables=1
  ip link add br0 type bridge
  ip link set br0 up
  declare_containers <<'YAML'
  web: { system: "{system}-wasabi", privateNetwork: true, hostBridge: br0, localAddress: 192.168.101.3/24 }
  two: { system: "{system}-wasabi", privateNetwork: true, hostBridge: br0, localAddress: 192.168.101.4/24 }
YAML
  iptables -P FORWARD DROP
  systemctl start container@web container@two
  fails inside two socat -u OPEN:/dev/null TCP:192.168.101.3:80,connect-timeout=1
  log_of two | grep 'what it sends to other ports of bridge br0 over IPv4 is blocked by the policy of chain FORWARD'
  _blocked
  _do_what_it_says
  inside two socat -u OPEN:/dev/null TCP:192.168.101.3:80,connect-timeout=1
  nixos-container check
  iptables -F FORWARD
  sysctl -qw net.bridge.bridge-nf-call-iptables=0
  inside two socat -u OPEN:/dev/null TCP:192.168.101.3:80,connect-timeout=1
  nixos-container check
  # A bridge can have it alone.
  ip link set br0 type bridge nf_call_iptables 1
  fails inside two socat -u OPEN:/dev/null TCP:192.168.101.3:80,connect-timeout=1
  _blocked | grep 'what it sends to other ports of bridge br0 over IPv4 is blocked'
  sysctl -qw net.bridge.bridge-nf-call-iptables=1
  nft delete table ip filter
  systemctl stop container@web container@two
  ip link delete br0
}

firewalls_of_nixos_that_know_containers_are_not_reported() {
  _start_web
  nft -f - <<'NFT'
table inet nixos-fw {
  chain forward {
    type filter hook forward priority filter; policy drop;
    ct state vmap { invalid : drop, established : accept, related : accept, new : jump forward-allow, untracked : jump forward-allow }
  }
  chain forward-allow {
    icmpv6 type != { router-renumbering, 139 } accept
    ct status dnat accept
    iifname "ve-web" accept
  }
}
NFT
  nixos-container check
  _is_open
  nft delete table inet nixos-fw
  iptables -N nixos-filter-forward
  iptables -A nixos-filter-forward -i ve-+ -o to-other -j ACCEPT
  iptables -A FORWARD -j nixos-filter-forward
  nixos-container check
  _is_open
  nft delete table ip filter
  _end_web
}

# Docker closes the chain when it is the one to have the host forward, whoever does so later.
docker_that_comes_later_is_reported_and_what_is_said_lets_containers_pass() {
  [ -x /usr/sbin/dockerd ] || { echo "there is no Docker"; exit 77; }
  _start_web
  _is_open
  nixos-container check
  sysctl -qw net.ipv4.ip_forward=0
  systemctl start docker
  fails _gets_out 172.16.0.2
  fails _is_reached 172.16.0.1
  # It has told nobody: who watches the rules sees it.
  wait_until 10 has_logged web 'its internet access over IPv4 is blocked by the policy of chain FORWARD of the nftables table ip filter'
  status_of web | grep 'Run: iptables -I DOCKER-USER -i ve-web -j ACCEPT'
  _blocked
  _do_what_it_says
  _is_open
  nixos-container check
  # Once.
  [ "$(log_of web | grep -c 'its internet access over IPv4 is blocked')" = 1 ]
  # What the NixOS module runs behind each start of Docker does the same, and can be run again and taken back.
  iptables -F DOCKER-USER
  fails _gets_out 172.16.0.2
  bash /tests/docker-rules.sh start ve-web -- ve-web
  bash /tests/docker-rules.sh start ve-web -- ve-web
  _is_open
  nixos-container check
  systemctl restart docker
  _is_open
  [ "$(iptables -S DOCKER-USER | grep -c nixos-containers)" = 1 ]
  bash /tests/docker-rules.sh stop ve-web -- ve-web
  fails _gets_out 172.16.0.2
  fails iptables -S nixos-containers
  systemctl stop docker docker.socket containerd
  ip link delete docker0
  nft delete table ip filter
  nft delete table ip nat
  nft delete table ip6 filter 2>/dev/null || true
  nft delete table ip6 nat 2>/dev/null || true
  _end_web
}

what_iptables_legacy_drops_is_not_reported_but_that_it_is_not_looked_at() {
  iptables-legacy -P FORWARD DROP || { echo "the kernel has no tables of iptables-legacy"; exit 77; }
  _start_web
  fails _gets_out 172.16.0.2
  nixos-container check 2>&1 | grep 'The policy of chain FORWARD of iptables-legacy is DROP, and its rules are not evaluated.'
  iptables-legacy -P FORWARD ACCEPT
  ip6tables-legacy -P FORWARD DROP
  nixos-container check 2>&1 | grep 'The policy of chain FORWARD of ip6tables-legacy is DROP'
  ip6tables-legacy -P FORWARD ACCEPT
  fails grep legacy < <(nixos-container check 2>&1)
  _end_web
}

_start_firewalld() {
  [ -x /usr/sbin/firewalld ] || { echo "there is no firewalld"; exit 77; }
  systemctl start firewalld
  wait_until 20 firewall-cmd --state
}

_end_firewalld() {
  systemctl stop firewalld polkit
  rm -rf /etc/firewalld/{zones,policies}/*
}

firewalld_is_reported_and_what_is_said_outlasts_its_reload() {
  _start_firewalld
  _start_web
  fails _gets_out 172.16.0.2
  fails _gets_out '[fd16::2]'
  # What somebody else forwards, it lets pass.
  _is_reached 172.16.0.1
  _blocked
  [ "$(wc -l </tmp/blocked)" = 1 ]
  grep 'its internet access is blocked by a rule in chain filter_FORWARD.* of the nftables table inet firewalld' /tmp/blocked
  _do_what_it_says
  _is_open
  nixos-container check
  systemctl reload firewalld
  wait_until 20 _is_open
  systemctl restart firewalld
  wait_until 20 _is_open
  nixos-container check
  # One that is to let nothing pass that others forward.
  cp /etc/firewalld/firewalld.conf /tmp/
  sed -i 's/^StrictForwardPorts=.*/StrictForwardPorts=yes/' /etc/firewalld/firewalld.conf
  firewall-cmd --reload
  fails _is_reached 172.16.0.1
  _blocked | grep 'what is forwarded to it from other machines through to-other is blocked by .* Set StrictForwardPorts=no'
  cp /tmp/firewalld.conf /etc/firewalld/
  _end_firewalld
  _end_web
}

# With files as NixOS has them, of its zones and of this module: networking.firewall.backend = "firewalld".
firewalld_of_nixos_lets_containers_pass_and_opens_no_other_ports() {
  mkdir -p /etc/firewalld/{zones,policies}
  cp /tests/firewalld-policy.xml /etc/firewalld/policies/containers-out.xml
  echo '<zone target="DROP"><port port="9001" protocol="tcp"/></zone>' >/etc/firewalld/zones/nixos-fw-default.xml
  echo '<zone target="DROP"><interface name="ve-web"/><port port="9001" protocol="tcp"/></zone>' \
    >/etc/firewalld/zones/nixos-containers.xml
  sed -i.old 's/^DefaultZone=.*/DefaultZone=nixos-fw-default/' /etc/firewalld/firewalld.conf
  _start_firewalld
  _start_web
  for port in 9001 9002; do
    systemd-run --quiet --collect --unit="host-$port" socat "TCP-LISTEN:$port,fork,reuseaddr" SYSTEM:'echo hello'
  done
  for change in true "systemctl reload firewalld" "systemctl restart firewalld"; do
    $change
    wait_until 20 _is_open
    nixos-container check
    inside web socat -T 2 -u TCP:10.0.0.1:9001,connect-timeout=1 - | grep hello
    fails inside web socat -T 2 -u TCP:10.0.0.1:9002,connect-timeout=1 -
    fails from_other socat -T 2 -u TCP:172.16.0.1:9002,connect-timeout=1 -
  done
  # Without "openFirewall", as the module leaves it out for what no zone allows, only the host and containers get there.
  sed -i 's/, openFirewall: true//' /etc/nixos-containers/test.yaml
  systemctl daemon-reload
  nixos-container apply
  fails _is_reached 172.16.0.1
  systemctl stop host-9001 host-9002
  mv /etc/firewalld/firewalld.conf.old /etc/firewalld/firewalld.conf
  _end_firewalld
  _end_web
}
