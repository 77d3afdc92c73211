# SPDX-License-Identifier: MIT
# What scripts that run inside a host share: tests, benchmarks and the others.
# shellcheck shell=bash disable=SC2034

store=/nix/store/00000000000000000000000000000000
systems=$store-nixos-system
records=/run/nixos-container-generator

# has_ended NAME: all processes of the container are gone, and what it had on the host is about to be removed.
has_ended() {
  local group
  group=$(readlink "$records/.control-groups/$1") && [ ! -e "$records/$1/ending" ] &&
    ! grep -qs 'populated 1' "${group#*:}/cgroup.events"
}

# wait_for_ends: waits until that is done for all containers, by container-ends.service.
wait_for_ends() {
  local note end=$((SECONDS + 30))
  for note in "$records"/.control-groups/*; do
    while has_ended "${note##*/}"; do
      [ $SECONDS -lt $end ] || { echo "nobody has removed what ${note##*/} had" >&2; return 1; }
      sleep 0.02
    done
  done
}

# systemctl ARGUMENT…: the same; containers that have ended by it leave nothing behind.
systemctl() {
  local status=0
  command systemctl "$@" || status=$?
  case " $* " in *" stop "* | *" kill "* | *" start "* | *" restart "*) wait_for_ends ;; esac
  return $status
}

main_pid() { systemctl show -P MainPID "container@$1"; }

# path_of NAME PATH: where the path of a container is on the host.
path_of() { echo "/proc/$(pgrep -P "$(main_pid "$1")")/root$2"; }

# is STATE UNIT
is() { [ "$(systemctl show -P ActiveState "$2")" = "$1" ]; }

# is_restarted NAME PID: the container runs, and PID is not its main process any more.
is_restarted() { [ "$(main_pid "$1")" != "$2" ] && is active "container@$1"; }

# whole_unit UNIT: a generated unit, with its sections that systemd does not read, as a state record has it.
whole_unit() {
  sed '/^# Continued in /d' "$1"
  awk -v name="[${1##*/}]" '/^\[container@/ { inside = $0 == name; next } inside' "${1%/*}/nixos-containers.sections" 2>/dev/null || true
}

# section UNIT NAME: one of these sections, without its comments.
section() { whole_unit "$1" | awk -v name="[$2]" '/^\[/ { inside = $0 == name; next } inside && !/^#/ && NF'; }

# Another machine, 172.16.0.2 and fd16::2, for which this one is 172.16.0.1 and fd16::1: a network namespace on a link of its own.
plug_in_another_machine() {
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

from_other() { ip netns exec other "$@"; }

unplug_other_machine() {
  ip netns delete other
  ip link delete to-other 2>/dev/null || true
  sysctl -qw net.ipv4.ip_forward=0 net.ipv6.conf.all.forwarding=0
}
