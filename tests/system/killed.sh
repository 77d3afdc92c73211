# SPDX-License-Identifier: MIT
# A SIGKILL at any point of a start, a stop, an apply: what comes next is right, and nothing is left over. The points are spread
# evenly over the system calls of what is killed (see kill-at.c); POINTS is how many there are.
# shellcheck shell=bash disable=SC2154
POINTS=${POINTS:-5}

_programs=/nix/store/00000000000000000000000000000000-nixos-container-generator/lib/nixos-container-generator

# Has container-runtime run so that it can be killed, at a start (and systemd-nspawn, which it becomes) and at a removal.
_kill_container_runtime() {
  mkdir -p /run/kill-at
  if [ ! -e $_programs/container-runtime.real ]; then
    mv $_programs/container-runtime $_programs/container-runtime.real
    # shellcheck disable=SC2016
    printf '#!/bin/sh\nexec /tests/kill-at "$1" "$0.real" "$@"\n' >$_programs/container-runtime
    chmod +x $_programs/container-runtime
  fi
}

_spare_container_runtime() { mv $_programs/container-runtime.real $_programs/container-runtime; }

# Has _stop remove what a container had, and not container-ends.service, so that this can be killed.
_remove_by_hand() { systemctl mask --runtime --now container-ends.service; }
_remove_by_service() {
  systemctl unmask --runtime container-ends.service
  systemctl daemon-reload
  systemctl start container-ends.service
}
_stop() {
  command systemctl stop "container@$1"
  $_programs/container-runtime end "$1" || true
}

# The containers: one that runs all the time, one with state, one without.
_declare_victims() {
  declare_containers <<'YAML'
  other:
    system: "{system}-small"
    privateNetwork: true
    hostAddress: 10.0.0.1
    localAddress: 10.0.0.9
    forwardPorts: [{ hostPort: 8089, containerPort: 80 }]
  kept:
    system: "{system}-small"
    privateNetwork: true
    hostAddress: 10.0.0.1
    localAddress: 10.0.0.2
    hostAddress6: "fc00::1"
    localAddress6: "fc00::2"
    extraVeths: { extra0: { hostAddress: 10.0.1.1, localAddress: 10.0.1.2 } }
    forwardPorts: [{ hostPort: 8080, containerPort: 80 }]
    bindMounts: { /srv: { hostPath: /srv/kept, isReadOnly: false } }
  brief:
    system: "{system}-small"
    ephemeral: true
    privateNetwork: true
    privateUsers: pick
    hostAddress: 10.0.0.1
    localAddress: 10.0.0.3
    forwardPorts:
      - { hostPort: 8081, containerPort: 80, openFirewall: true }
      - { hostIP: 10.0.0.1, hostPort: 8082, containerPort: 80 }
YAML
}

# Whatever containers have on the host and how much, without what differs from one time to the next.
_what_there_is() {
  { set +x; } 2>/dev/null
  local name
  {
    ip -o link | sed -n 's/^[0-9]*: \([^:@]*\).*/link \1/p'
    ip -o address | awk '{print "address", $2, $4}' | grep -v ' fe80'
    ip route show table all | grep -v -e 'dev lo' -e fe80 -e ff00 -e multicast | sed 's/^/route /; s/ pref .*//; s/ linkdown//'
    nft -s list ruleset | tr ',{}=\t' '\n' | sed 's/^ *//; s/ *$//'
    ss -Hltun | awk '{print "listens", $1, $5}'
    /tests/localhost list
    find /sys/fs/bpf/nixos-container-generator 2>/dev/null || true
    find /run/systemd/transient -mindepth 1 ! -name 'run-*' 2>/dev/null || true
    for name in other kept brief; do
      echo "$name $(systemctl is-active "container@$name" | sed 's/failed/inactive/') $(pgrep -cf -- "systemd-nspawn .*--machine=$name ") $(find "$records/$name" -type f 2>/dev/null | sort |
        xargs -r cat | md5sum)"
    done
    # Which system was activated in it may be noted, though it is the one that it is declared with.
    find "$records" -mindepth 1 ! -path "$records/switched/system"
    find "$records/.claims" -type l -printf '%p -> %l\n'
    find /run/nixos-containers /var/lib/nixos-containers -mindepth 1 -maxdepth 1 ! -name '.#*'
    grep -H '' /var/lib/nixos-containers/*/root/state
    awk '/systemd.nspawn|nixos-containers/ {print $2}' /proc/self/mounts
    machinectl list --no-legend | awk '{print "machine", $1}'
  } | sort
  set -x
}

# Of the containers that do not run nothing is there.
_only_other_is_there() {
  _what_there_is >/tmp/now
  cmp -s /tmp/now /tmp/only-other
}
_all_is_there() {
  _what_there_is >/tmp/now
  cmp -s /tmp/now "/tmp/with-$1"
}

# What is there while a container runs, and while it does not.
_note_what_there_is() {
  systemctl start container@other
  systemctl start "container@$1"
  [ "$1" != kept ] || echo precious >/var/lib/nixos-containers/kept/root/state
  sleep 0.3
  _what_there_is >"/tmp/with-$1"
  systemctl stop "container@$1"
  sleep 0.3
  _what_there_is >/tmp/only-other
}

_is_as_after_a_stop() {
  wait_until 20 _only_other_is_there || { diff /tmp/only-other /tmp/now; return 1; }
}
_is_as_while_it_runs() {
  wait_until 20 _all_is_there "$1" || { diff "/tmp/with-$1" /tmp/now; return 1; }
  curl --silent --fail --max-time 2 "http://10.0.0.1:808$([ "$1" = kept ] && echo 0 || echo 1)" >/dev/null || return 1
  [ "$1" != kept ] || [ "$(cat /var/lib/nixos-containers/kept/root/state)" = precious ]
}

# The numbers of the calls at which something that makes $1 of them is killed.
_points() {
  local i
  for ((i = 1; i <= POINTS; i++)); do echo $(((2 * i - 1) * $1 / (2 * POINTS) + 1)); done
}

# How many calls the last run of $1 has made.
_calls() { cat "/run/kill-at/$1.calls"; }

# Has the next run of $1 killed at its call $2.
_kill_next() {
  rm -f "/run/kill-at/$1.killed"
  echo "$2" >"/run/kill-at/$1"
}

# Counts a kill in $kills, if the last run of $1 was. The last of its calls may not have come this time.
_count_kill() { [ ! -e "/run/kill-at/$1.killed" ] || kills=$((kills + 1)); }
_most_were_killed() { [ $((2 * kills)) -gt "$POINTS" ]; }

_without_restarts() {
  mkdir -p /run/systemd/system/container@.service.d
  printf '[Unit]\nStartLimitIntervalSec=0\n[Service]\nRestart=no\n' >/run/systemd/system/container@.service.d/test.conf
}
_with_restarts() {
  mkdir -p /run/systemd/system/container@.service.d
  printf '[Unit]\nStartLimitIntervalSec=0\n' >/run/systemd/system/container@.service.d/test.conf
}

# From the first call of container-runtime to the last of systemd-nspawn, so some are kills during the stop.
_kill_starts_and_stops() {
  _kill_container_runtime
  _without_restarts
  _declare_victims
  _note_what_there_is "$1"
  local point kills=0
  echo 1000000 >/run/kill-at/start
  systemctl start "container@$1"
  systemctl stop "container@$1"
  for point in $(_points "$(_calls start)"); do
    echo "killed at call $point of $(_calls start)"
    _kill_next start "$point"
    systemctl start "container@$1" || true
    systemctl stop "container@$1"
    _count_kill start
    _is_as_after_a_stop
    systemctl reset-failed
    systemctl start "container@$1"
    _is_as_while_it_runs "$1"
    systemctl stop "container@$1"
    _is_as_after_a_stop
  done
  _most_were_killed
  rm -r /run/systemd/system/container@.service.d
  _spare_container_runtime
}

a_kill_during_a_start_or_stop_of_a_container_with_state_leaves_nothing() { _kill_starts_and_stops kept; }
a_kill_during_a_start_or_stop_of_an_ephemeral_container_leaves_nothing() { _kill_starts_and_stops brief; }

# As from outside, at any moment: of systemd-nspawn and of all that it has started. systemd starts it again.
_kill_and_see_it_back() {
  _with_restarts
  _declare_victims
  _note_what_there_is "$1"
  local delay whom
  for delay in 0 0.01 0.02 0.05; do
    for whom in main all; do
      systemctl start --no-block "container@$1"
      sleep $delay
      systemctl kill --kill-whom=$whom --signal=KILL "container@$1" || true
      systemctl start "container@$1" || wait_until 20 systemctl is-active "container@$1"
      _is_as_while_it_runs "$1"
      systemctl kill --kill-whom=$whom --signal=KILL "container@$1"
      wait_until 20 _is_as_while_it_runs "$1"
      systemctl stop --no-block "container@$1"
      sleep $delay
      systemctl kill --kill-whom=$whom --signal=KILL "container@$1" || true
      wait_until 20 is_inactive "$1"
      # Whatever was to remove the rest is killed as well.
      if [ $whom = all ]; then
        systemctl start "container@$1"
        systemctl stop "container@$1"
      fi
      _is_as_after_a_stop
    done
  done
  rm -r /run/systemd/system/container@.service.d
}

a_killed_container_with_state_comes_back_whole() { _kill_and_see_it_back kept; }
a_killed_ephemeral_container_comes_back_whole() { _kill_and_see_it_back brief; }

_kill_removals() {
  _kill_container_runtime
  _with_restarts
  _declare_victims
  _note_what_there_is "$1"
  local point kills=0
  systemctl start "container@$1"
  _remove_by_hand
  echo 1000000 >/run/kill-at/end
  _stop "$1"
  for point in $(_points "$(_calls end)"); do
    echo "killed at call $point of $(_calls end)"
    systemctl start "container@$1"
    _kill_next end "$point"
    _stop "$1"
    _count_kill end
    systemctl start "container@$1"
    _is_as_while_it_runs "$1"
    _stop "$1"
    _is_as_after_a_stop
  done
  _most_were_killed
  _remove_by_service
  rm -r /run/systemd/system/container@.service.d
  _spare_container_runtime
}

a_kill_during_the_removal_of_what_a_container_with_state_had_is_made_up_for_by_its_next_start() { _kill_removals kept; }
a_kill_during_the_removal_of_what_an_ephemeral_container_had_is_made_up_for_by_its_next_start() { _kill_removals brief; }

# The next switch makes up for it too, whether the container is still declared or not.
a_kill_during_a_removal_is_made_up_for_by_the_next_apply() {
  _kill_container_runtime
  _with_restarts
  _declare_victims
  _note_what_there_is kept
  local point kills=0
  systemctl start container@kept
  _remove_by_hand
  echo 1000000 >/run/kill-at/end
  _stop kept
  for point in $(_points "$(_calls end)"); do
    echo "killed at call $point of $(_calls end)"
    _declare_victims
    systemctl start container@kept
    sed -i 's/^  kept:/&\n    autoStart: true/' "$manifest"
    systemctl daemon-reload
    _kill_next end "$point"
    _stop kept
    _count_kill end
    nixos-container apply
    [ "$(state kept)" = active ]
    curl --silent --fail --max-time 2 http://10.0.0.1:8080 >/dev/null
    sed -i 's/    autoStart: true//' "$manifest"
    nixos-container apply
    _kill_next end "$point"
    _stop kept
    _count_kill end
    sed -i '/^  kept:/,/bindMounts/d' "$manifest"
    nixos-container apply
    _is_as_after_a_stop
    # If it was killed after all was removed there was nothing to apply.
    systemctl daemon-reload
    [ "$(systemctl show -P LoadState container@kept)" = not-found ]
    [ "$(nixos-container plan)" = 'All containers are as declared.' ]
  done
  [ "$kills" -gt "$POINTS" ] # of two at each point
  _remove_by_service
  rm -r /run/systemd/system/container@.service.d
  _spare_container_runtime
}

# Between these there is all that a switch can do to containers.
_write_before() {
  write_manifest <<'YAML'
  other:
    system: "{system}-small"
    privateNetwork: true
    hostAddress: 10.0.0.1
    localAddress: 10.0.0.9
    forwardPorts: [{ hostPort: 8089, containerPort: 80 }, { hostPort: 8080, containerPort: 80 }]
  kept: { system: "{system}-small", autoStart: true, privateNetwork: true, hostAddress: 10.0.0.1, localAddress: 10.0.0.2 }
  switched: { system: "{system}-wasabi", autoStart: true }
  old: { system: "{system}-small", autoStart: true, privateNetwork: true, hostAddress: 10.0.0.1, localAddress: 10.0.0.3 }
YAML
}
_write_after() {
  write_manifest <<'YAML'
  other:
    system: "{system}-small"
    privateNetwork: true
    hostAddress: 10.0.0.1
    localAddress: 10.0.0.9
    forwardPorts: [{ hostPort: 8089, containerPort: 80 }, { hostPort: 8088, containerPort: 80 }]
  kept: { system: "{system}-small", autoStart: true, privateNetwork: true, hostAddress: 10.0.0.1, localAddress: 10.0.0.4 }
  switched: { system: "{system}-old", autoStart: true }
  brief:
    system: "{system}-small"
    autoStart: true
    ephemeral: true
    privateNetwork: true
    hostAddress: 10.0.0.1
    localAddress: 10.0.0.3
    forwardPorts: [{ hostPort: 8080, containerPort: 80 }]
YAML
}

_is_as_in() {
  _what_there_is >/tmp/now
  cmp -s /tmp/now "/tmp/$1"
}

# switched still runs as it was started, and has activated what it was switched to last; or, where that was cut off, it has been started anew
# with that system.
_is_switched_to() {
  local now
  now=$(main_pid switched)
  if [ "$now" != "$switched" ]; then
    switched=$now
    tr '\0' '\n' <"/proc/$now/cmdline" | grep -x "$systems-$1/init"
    return
  fi
  [ "$(tail -n 1 /var/lib/nixos-containers/switched/etc/switched)" = "test $systems-$1/bin/switch-to-configuration" ]
}

# _kill_apply POINT before|after SYSTEM
_kill_apply() {
  "_write_$2"
  _kill_next apply "$1"
  /tests/kill-at apply /usr/bin/nixos-container apply || true
  _count_kill apply
  nixos-container apply
  [ "$(nixos-container plan)" = 'All containers are as declared.' ]
  wait_until 20 _is_as_in "$2" || { diff "/tmp/$2" /tmp/now; return 1; }
  _is_switched_to "$3"
}

a_kill_during_an_apply_is_made_up_for_by_the_next_one() {
  local point calls name switched kills=0
  mkdir -p /run/kill-at
  _with_restarts
  _write_before
  systemctl daemon-reload
  systemctl start container@other
  nixos-container apply
  switched=$(main_pid switched)
  for name in kept old switched; do echo "precious of $name" >/var/lib/nixos-containers/$name/root/state; done
  _kill_next apply 1000000
  sleep 0.3
  _what_there_is >/tmp/before
  _write_after
  /tests/kill-at apply /usr/bin/nixos-container apply
  sleep 0.3
  calls=$(_calls apply)
  _what_there_is >/tmp/after
  fails cmp /tmp/before /tmp/after
  _is_switched_to old
  for point in $(_points "$calls"); do
    echo "killed at call $point of $calls"
    _kill_apply "$point" before wasabi
    _kill_apply "$point" after old
  done
  [ "$kills" -gt "$POINTS" ] # of two at each point
  rm -r /run/systemd/system/container@.service.d
}
