# SPDX-License-Identifier: MIT
# What containers with and without internetAccess can reach.
# shellcheck shell=bash

# who ADDRESS [COMMAND…]: asks the other machine at ADDRESS, from behind COMMAND, whom it sees.
_who() { "${@:2}" socat -T 2 -u "TCP:$1:9000,connect-timeout=2" -; }
_serve_who_asks() {
  from_other systemd-run --quiet --unit=who-asks --property=NetworkNamespacePath=/run/netns/other \
    socat TCP6-LISTEN:9000,fork,reuseaddr,ipv6only=0 "SYSTEM:echo \$SOCAT_PEERADDR"
  wait_until 20 _who 172.16.0.2
}
_no_leave() { fails _who "$1" inside "$2"; }

# With a firewall of the host that forwards nothing but what it is told to, as NixOS has them.
internet_access_works_under_the_firewalls_of_nixos() {
  plug_in_another_machine
  _serve_who_asks
  declare_containers <<'YAML'
  online: { system: "{system}-echo", privateNetwork: true, hostAddress: 10.0.0.1, localAddress: 10.0.0.2, internetAccess: true }
YAML
  systemctl start container@online
  nft -f - <<'NFT'
table inet nixos-fw {
  chain input { type filter hook input priority filter; policy drop; iifname lo accept; ct state established,related accept; }
  chain forward { type filter hook forward priority filter; policy drop; ct state established,related accept; iifname "ve-online" accept; }
}
NFT
  _who 172.16.0.2 inside online
  nft delete table inet nixos-fw
  iptables -A INPUT -i lo -j ACCEPT
  iptables -A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
  iptables -A INPUT -j DROP
  _who 172.16.0.2 inside online
  nft delete table ip filter
  systemctl stop container@online who-asks
  unplug_other_machine
}

# Those that follow are only in "make check-long".

internet_access_is_masqueraded_and_for_whom_it_is_given_alone() {
  plug_in_another_machine
  # It knows a way back to none of the containers but by a global address.
  ip -n other route add 2001:db8::/64 via fd16::1
  _serve_who_asks
  declare_containers <<'YAML'
  online:
    system: "{system}-echo"
    privateNetwork: true
    hostAddress: 10.0.0.1
    localAddress: 10.0.0.2
    hostAddress6: "fc00::1"
    localAddress6: "fc00::2"
    internetAccess: true
  global:
    system: "{system}-echo"
    privateNetwork: true
    hostAddress6: "fc00::1"
    localAddress6: "2001:db8::2"
    internetAccess: true
  offline:
    system: "{system}-echo"
    privateNetwork: true
    hostAddress: 10.0.0.1
    localAddress: 10.0.0.3
    hostAddress6: "fc00::1"
    localAddress6: "fc00::3"
    internetAccess: false
    forwardPorts: [{ hostPort: 8080, containerPort: 80 }]
YAML
  systemctl start container@online container@global container@offline
  local seen
  seen=$(_who 172.16.0.2 inside online)
  [ "$seen" = ::ffff:172.16.0.1 ] || [ "$seen" = '[0000:0000:0000:0000:0000:ffff:ac10:0001]' ]
  _who '[fd16::2]' inside online | grep -E 'fd16.*1\]?$'
  _who '[fd16::2]' inside global | grep -E '2001:0?db8.*2\]?$'
  # Without it only the host is reached, and what it forwards.
  _no_leave 172.16.0.2 offline
  _no_leave '[fd16::2]' offline
  inside offline ping -c 1 -W 2 10.0.0.1
  inside online curl -s --max-time 5 http://172.16.0.1:8080/ | grep 'It works!'
  # Nobody reaches another container, nor a machine of the network a container, but for the host.
  page 10.0.0.3
  page '[fc00::2]'
  fails inside offline curl -s --max-time 2 http://10.0.0.2/
  fails inside online curl -s --max-time 2 http://10.0.0.3/
  fails inside online curl -gs --max-time 2 'http://[fc00::3]/'
  fails inside online curl -gs --max-time 2 'http://[2001:db8::2]/'
  ip -n other route add 10.0.0.0/24 via 172.16.0.1
  fails from_other curl -s --max-time 2 http://10.0.0.2/
  fails from_other curl -s --max-time 2 http://10.0.0.3/
  fails from_other curl -gs --max-time 2 'http://[2001:db8::2]/'
  systemctl stop container@online container@global container@offline
  fails nft list table inet nixos-containers
  systemctl stop who-asks
  unplug_other_machine
}

# The host's own NAT goes on working for containers that do not say.
nat_of_the_host_goes_on_working() {
  plug_in_another_machine
  _serve_who_asks
  declare_containers <<'YAML'
  online: { system: "{system}-echo", privateNetwork: true, hostAddress: 10.0.0.1, localAddress: 10.0.0.2, internetAccess: true }
  natted:
    system: "{system}-echo"
    privateNetwork: true
    hostAddress: 10.0.0.1
    localAddress: 10.0.0.3
    forwardPorts: [{ hostPort: 8080, containerPort: 80 }]
YAML
  systemctl start container@online container@natted
  fails _who 172.16.0.2 inside natted
  nft -f - <<'NFT'
table ip nixos-nat {
  chain pre { type nat hook prerouting priority dstnat; }
  chain post { type nat hook postrouting priority srcnat; iifname "ve-*" oifname "to-other" masquerade comment "from internal interfaces"; }
}
NFT
  _who 172.16.0.2 inside natted
  _who 172.16.0.2 inside online
  nft delete table ip nixos-nat
  systemctl stop container@online container@natted who-asks
  unplug_other_machine
}
