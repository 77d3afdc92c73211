# SPDX-License-Identifier: MIT
# Forwards from the host's loopback addresses, by BPF and by sockets.
# shellcheck shell=bash disable=SC2154

# A container that answers TCP on port 80 and UDP on port 7, the latter by a process of the host in its network.
_start_web() {
  declare_containers <<'YAML'
  web:
    system: "{system}-small"
    privateNetwork: true
    hostAddress: 10.0.0.1
    localAddress: 10.0.0.2
    hostAddress6: "fc00::1"
    localAddress6: "fc00::2"
    forwardPorts:
      - { hostPort: 8080, containerPort: 80 }
      - { hostPort: 8081, containerPort: 80, hostIP: 127.0.0.1 }
      - { protocol: udp, hostPort: 7007, containerPort: 7 }
      - { protocol: udp, hostPort: 7017, containerPort: 7, hostIP: 127.0.0.1 }
YAML
  systemctl start container@web
  _start_echo
}
_start_echo() {
  systemd-run --quiet --collect --unit=echo nsenter --net --target "$(machinectl show -P Leader web)" /tests/localhost echo :: 7
  wait_until 20 _echoes UDP4:10.0.0.2:7
}
_stop_web() {
  systemctl stop echo 2>/dev/null || true
  systemctl stop container@web
}

# _gets ADDRESS[:PORT] [OPTION…]: something answers there.
_gets() { curl --silent --fail --globoff --max-time 5 --output /dev/null "$@"; }
# _echoes ADDRESS: as socat has them. What is sent there comes back; with "SENDTO" only what comes from there counts.
_echoes() {
  local word=$RANDOM
  [ "$(echo $word | timeout 5 socat -t 0.3 - "$1" 2>/dev/null)" = $word ]
}

# _matrix WAY: each protocol, each family, and IPv4-mapped, by that way.
_matrix() {
  local way=$1 address
  for address in 127.0.0.1 '[::1]' '[::ffff:127.0.0.1]' 0.0.0.0 '[::]'; do _gets "$address:8080"; done
  _gets 127.0.0.1:8081
  _gets '[::ffff:127.0.0.1]:8081'
  fails _gets '[::1]:8081'
  fails _gets 127.0.0.1:8082
  if [ "$way" = bpf ]; then
    for address in UDP4{,-SENDTO}:127.0.0.1 UDP6{,-SENDTO}:'[::1]' UDP6{,-SENDTO}:'[::ffff:127.0.0.1]'; do _echoes "$address:7007"; done
    _echoes UDP4:127.0.0.1:7017
    fails _echoes 'UDP6:[::1]:7017'
    # All of 127.0.0.0/8, unless it is one address that is forwarded.
    for address in 127.1.2.3 127.255.255.254 '[::ffff:127.1.2.3]'; do _gets "$address:8080"; done
    _echoes UDP4-SENDTO:127.1.2.3:7007
    fails _gets 127.1.2.3:8081
    fails _echoes UDP4:127.1.2.3:7017
  else
    for address in UDP4:127.0.0.1 UDP6:'[::1]' UDP6:'[::ffff:127.0.0.1]'; do fails _echoes "$address:7007"; done
    fails _gets 127.1.2.3:8080
  fi
}

localhost_is_forwarded_by_bpf_for_each_protocol_and_family() {
  plug_in_another_machine
  _start_web
  [ "$(/tests/localhost list | sort)" = "tcp 127.0.0.0/8:8080 10.0.0.2:80
tcp 127.0.0.1:8081 10.0.0.2:80
tcp [::1]:8080 10.0.0.2:80
udp 127.0.0.0/8:7007 10.0.0.2:7
udp 127.0.0.1:7017 10.0.0.2:7
udp [::1]:7007 [fc00::2]:7" ]
  _matrix bpf
  # Nothing listens, and nobody else's loopback addresses are concerned: not the container's, nor those of another network namespace.
  [ "$(ss -Hlntu 'sport = 8080 or sport = 7007')" = "" ]
  ip -n other link set lo up
  fails from_other curl -s --max-time 2 http://127.0.0.1:8080/
  fails nsenter --net --target "$(machinectl show -P Leader web)" curl -s --max-time 2 http://127.0.0.1:8080/
  [ "$(nixos-container check 2>&1)" = "" ]
  # What programs see is where they have connected to.
  [ "$(curl -so /dev/null -w '%{remote_ip} %{remote_port} %{local_ip}' 127.1.2.3:8080)" = "127.1.2.3 8080 10.0.0.1" ]
  [ "$(curl -gso /dev/null -w '%{remote_ip} %{remote_port}' '[::1]:8080')" = "::1 8080" ]
  [ "$(curl -gso /dev/null -w '%{remote_ip} %{remote_port}' '[::ffff:127.0.0.1]:8080')" = "::ffff:127.0.0.1 8080" ]
  [ "$(/tests/localhost ask 127.0.0.1 7007 ::1 7007 127.0.0.1 7017)" = "::ffff:127.0.0.1 7017
::1 7007
::ffff:127.0.0.1 7017" ]
  _stop_web
  fails _gets 127.0.0.1:8080
  fails ls /sys/fs/bpf/nixos-container-generator
  unplug_other_machine
}

localhost_is_forwarded_by_sockets_without_bpf() {
  umount /sys/fs/bpf
  _start_web
  _matrix sockets
  log_of web | grep 'localhost is forwarded by sockets, as BPF cannot be used: no file system of type bpf at /sys/fs/bpf'
  log_of web | grep 'UDP is not forwarded from localhost'
  nixos-container check 2>&1 | grep 'web: without BPF, TCP ports .*proxyd (2), UDP ports .* (3)'
  # What has been forwarded in one way ends, though it would be forwarded in the other by then.
  mount -t bpf -o mode=700 bpf /sys/fs/bpf
  _stop_web
  fails _gets 127.0.0.1:8080
  wait_until 20 _no_sockets
}
_no_sockets() { [ "$(systemctl list-units --all --plain --no-legend 'container-web-*' 'container-one-*')" = "" ]; }

# Those that follow are only in "make check-long".

sockets_come_and_go_with_their_container() {
  umount /sys/fs/bpf
  systemd-run --quiet --collect --unit=squatter socat TCP4-LISTEN:8081,bind=127.0.0.1,fork,reuseaddr SYSTEM:'echo mine'
  wait_until 20 socat -u TCP4:127.0.0.1:8081 /dev/null
  start_pair
  # One that another program has is told, and harms nothing.
  [ "$(socat -u TCP4:127.0.0.1:8081 -)" = mine ]
  page 10.0.0.1:8081
  page 127.0.0.1:8082
  log_of one | grep 'port 8081 .*container one (failed).*journalctl -u container-one-8081.socket'
  systemctl stop squatter
  systemctl restart container@one
  page 127.0.0.1:8081
  # The proxy ends when nobody needs it, and is back for the next.
  systemctl stop container-one-8081.service
  page 127.0.0.1:8081
  sed -i 's/hostPort: 8081/hostPort: 8091/' "$manifest"
  systemctl daemon-reload
  systemctl restart container@one
  page 127.0.0.1:8091
  [ "$(ss -Hltn 'sport = 8081')" = "" ]
  systemctl stop container@one container@two
  wait_until 20 _no_sockets
  mount -t bpf -o mode=700 bpf /sys/fs/bpf
}

localhost_is_forwarded_by_sockets_where_bpf_is_not_permitted() {
  mkdir -p /run/systemd/system/container@.service.d
  printf '[Service]\nSystemCallFilter=~bpf\nSystemCallErrorNumber=EPERM\n' >/run/systemd/system/container@.service.d/no-bpf.conf
  _start_web
  _matrix sockets
  log_of web | grep 'as BPF cannot be used: Operation not permitted'
  fails ls /sys/fs/bpf/nixos-container-generator
  _stop_web
  rm -r /run/systemd/system/container@.service.d
  systemctl daemon-reload
}

# The kernel would send what comes from a loopback address nowhere else.
a_socket_that_is_bound_to_a_loopback_address_stays_there() {
  plug_in_another_machine
  _start_web
  fails _gets --interface 127.0.0.1 127.0.0.1:8080
  fails _gets --interface ::1 '[::1]:8080'
  fails _gets --interface lo 127.0.0.1:8080
  fails _echoes UDP4:127.0.0.1:7007,bind=127.0.0.1
  fails _echoes UDP4-SENDTO:127.0.0.1:7007,bind=127.0.0.1
  fails _echoes 'UDP6-SENDTO:[::1]:7007,bind=[::1]'
  fails _echoes 'UDP6-SENDTO:[::ffff:127.0.0.1]:7007,bind=[::ffff:127.0.0.1]'
  # One that is bound to another one of the host's reaches it, if it is one of the container's family.
  _gets --interface 172.16.0.1 127.0.0.1:8080
  _echoes UDP4:127.0.0.1:7007,bind=172.16.0.1
  _echoes 'UDP6-SENDTO:[::1]:7007,bind=[fd16::1]'
  fails _gets --interface fd16::1 '[::1]:8080'
  _gets --local-port 5000-5100 127.0.0.1:8080
  _stop_web
  umount /sys/fs/bpf
  _start_web
  _gets --interface 127.0.0.1 127.0.0.1:8080
  _gets --interface ::1 '[::1]:8080'
  _stop_web
  mount -t bpf -o mode=700 bpf /sys/fs/bpf
  unplug_other_machine
}

a_program_that_listens_first_keeps_its_port_of_localhost() {
  systemd-run --quiet --collect --unit=first socat TCP4-LISTEN:8080,bind=127.0.0.1,fork,reuseaddr SYSTEM:'echo mine'
  systemd-run --quiet --collect --unit=dns /tests/localhost echo 127.0.0.53 7007
  systemd-run --quiet --collect --unit=web53 socat TCP4-LISTEN:8080,bind=127.0.0.53,fork,reuseaddr SYSTEM:'echo mine'
  wait_until 20 socat -u TCP4:127.0.0.1:8080 /dev/null
  wait_until 20 socat -u TCP4:127.0.0.53:8080 /dev/null
  _start_web
  [ "$(socat -u TCP4:127.0.0.1:8080 -)" = mine ]
  log_of web | grep 'Port 8080 of localhost is not forwarded to container web: another program uses 127.0.0.1:8080\.'
  _gets '[::1]:8080'
  systemctl stop first
  systemctl stop echo
  systemctl restart container@web
  _start_echo
  _gets 127.0.0.1:8080
  # At other addresses than 127.0.0.1, whoever listens at the time.
  [ "$(socat -u TCP4:127.0.0.53:8080 -)" = mine ]
  [ "$(socat -u 'TCP6:[::ffff:127.0.0.53]:8080' -)" = mine ]
  _echoes UDP4-SENDTO:127.0.0.53:7007
  systemctl stop echo
  _echoes UDP4-SENDTO:127.0.0.53:7007
  systemctl stop dns web53
  _gets 127.0.0.53:8080
  # One that comes later has 127.0.0.1 in vain.
  systemd-run --quiet --collect --unit=later socat TCP4-LISTEN:8080,bind=127.0.0.1,fork,reuseaddr SYSTEM:'echo mine'
  wait_until 20 grep -q ':1F90 ' /proc/net/tcp
  _gets 127.0.0.1:8080
  systemctl stop later
  _stop_web
}

# An IPv4 socket cannot connect to an IPv6 address: a socket listens for it.
localhost_leads_to_a_container_with_ipv6_alone() {
  declare_containers <<'YAML'
  web:
    system: "{system}-wasabi"
    privateNetwork: true
    hostAddress6: "fc00::1"
    localAddress6: "fc00::2"
    forwardPorts: [{ hostPort: 8080, containerPort: 80 }]
YAML
  systemctl start container@web
  page 127.0.0.1:8080
  page '[::1]:8080'
  [ "$(/tests/localhost list)" = "tcp [::1]:8080 [fc00::2]:80" ]
  nixos-container check 2>&1 | grep 'web: .*proxyd (1)'
  systemctl stop container@web
  wait_until 20 _no_sockets
}

localhost_changes_with_the_container_that_runs() {
  _start_web
  sed -i 's/hostPort: 8080/hostPort: 8090/; s/hostPort: 7007/hostPort: 7008/; s/containerPort: 80, hostIP/containerPort: 81, hostIP/' "$manifest"
  systemctl daemon-reload
  nixos-container apply
  _gets 127.0.0.1:8090
  _echoes UDP4-SENDTO:127.0.0.1:7008
  [ "$(/tests/localhost list | sort)" = "tcp 127.0.0.0/8:8090 10.0.0.2:80
tcp 127.0.0.1:8081 10.0.0.2:81
tcp [::1]:8090 10.0.0.2:80
udp 127.0.0.0/8:7008 10.0.0.2:7
udp 127.0.0.1:7017 10.0.0.2:7
udp [::1]:7008 [fc00::2]:7" ]
  _stop_web
}

# Which are there under the number of another version: as an upgrade leaves them.
forwards_of_another_version_last_as_long_as_their_containers() {
  local pins=/sys/fs/bpf/nixos-container-generator
  start_pair
  mv $pins/1 $pins/0
  page 127.0.0.1:8081
  systemctl restart container@two
  ls $pins/0/connect4 $pins/1/connect4
  page 127.0.0.1:8081
  page 127.0.0.1:8082
  systemctl stop container@one
  fails ls $pins/0
  page 127.0.0.1:8082
  systemctl restart container@two
  page 127.0.0.1:8082
  systemctl stop container@two
  fails ls $pins
}

# _kill_runtime_at CALL NUMBER: container-runtime is killed as it makes that call for that time.
_runtime=$store-nixos-container-generator/lib/nixos-container-generator/container-runtime
_kill_runtime_at() {
  [ -e "$_runtime.real" ] || mv "$_runtime" "$_runtime.real"
  printf '#!/bin/sh\nexec strace --daemonize --follow-forks --detach-on=execve --quiet=all --output=/dev/null --trace=%s --inject=%s:signal=KILL:when=%s %s.real "$@"\n' \
    "$1" "$1" "$2" "$_runtime" >"$_runtime"
  chmod +x "$_runtime"
}
_spare_runtime() { mv "$_runtime.real" "$_runtime"; }

no_program_stays_behind_whenever_the_runtime_is_killed() {
  local number
  mkdir -p /run/systemd/system/container@.service.d
  printf '[Unit]\nStartLimitIntervalSec=0\n[Service]\nRestart=no\n' >/run/systemd/system/container@.service.d/killed.conf
  # It loads 8 programs, with two calls before each of them and one behind.
  for number in 1 2 4 5 6 8 17 28 29; do
    _start_web_killed bpf "$number"
  done
  for number in 1 2; do _start_web_killed rename "$number"; done
  # Its end.
  for number in bpf:1 bpf:6 bpf:8 rename:1 unlinkat:1 unlinkat:5 unlinkat:9 rmdir:1; do
    _start_web
    systemctl stop echo
    _kill_runtime_at "${number%:*}" "${number#*:}"
    systemctl stop container@web || true
    _spare_runtime
    nixos-container apply || true
    systemctl start container@web
    _gets 127.0.0.1:8080
    systemctl stop container@web
    fails ls /sys/fs/bpf/nixos-container-generator
  done
  rm -r /run/systemd/system/container@.service.d
  systemctl daemon-reload
}
_start_web_killed() {
  _kill_runtime_at "$@"
  (_start_web) 2>/dev/null || true
  systemctl stop echo 2>/dev/null || true
  _spare_runtime
  systemctl stop container@web || true
  systemctl start container@web
  _gets 127.0.0.1:8080
  _gets '[::1]:8080'
  systemctl stop container@web
  fails ls /sys/fs/bpf/nixos-container-generator
}
