# SPDX-License-Identifier: MIT
# How containers start, stop, crash and change.
# shellcheck shell=bash disable=SC2154

_declare_web() {
  declare_containers <<'YAML'
  web:
    system: "{system}-wasabi"
    privateNetwork: true
    hostAddress: 10.0.0.1
    localAddress: 10.0.0.2
    hostAddress6: "fc00::1"
    localAddress6: "fc00::2"
    forwardPorts: [{ hostPort: 8080, containerPort: 80 }]
YAML
}

_start_web() {
  _declare_web
  systemctl start container@web
}

a_poweroff_from_inside_stops_it() {
  _start_web
  inside web poweroff || true
  wait_until 20 is_inactive web
  [ "$(systemctl show -P Result container@web)" = success ]
}

nothing_is_left_when_nspawn_is_killed_and_not_restarted() {
  _start_web
  mkdir -p /run/systemd/system/container@web.service.d
  printf '[Service]\nRestart=no\n' >/run/systemd/system/container@web.service.d/test.conf
  systemctl daemon-reload
  kill -KILL "$(main_pid web)"
  wait_until 20 is_inactive web
  wait_until 10 nothing_is_left
  rm -r /run/systemd/system/container@web.service.d
}

no_process_of_a_start_is_left_beside_nspawn() {
  _start_web
  [ "$(pgrep -cP "$(main_pid web)")" = 1 ]
  [ "$(cat /sys/fs/cgroup/machine.slice/container@web.service/supervisor/cgroup.procs)" = "$(main_pid web)" ]
}

a_failed_start_says_which_tool_has_failed() {
  _declare_web
  mount --bind /usr/bin/false /usr/sbin/nft
  fails systemctl start container@web
  systemctl stop container@web
  umount /usr/sbin/nft
  log_of web | grep 'Container web .*/usr/sbin/nft .* 1\.'
}

a_reload_activates_the_declared_system_inside() {
  _start_web
  sed -i 's/system-wasabi/system-old/' "$manifest"
  systemctl daemon-reload
  local before
  before=$(main_pid web)
  systemctl reload container@web
  [ "$(main_pid web)" = "$before" ]
  grep "^test $systems-old/bin/switch-to-configuration$" /var/lib/nixos-containers/web/etc/switched
}

a_container_runs_on_when_its_entry_breaks_and_when_all_manifests_are_gone() {
  _start_web
  sed -i 's/privateNetwork: true/privateNetwork: maybe/' "$manifest"
  systemctl daemon-reload
  [ "$(state web)" = active ]
  status_of web | grep '"maybe"'
  rm "$manifest"
  systemctl daemon-reload
  [ "$(state web)" = active ]
  printf 'version: 1\ncontainers: {web: {' >"$manifest"
  systemctl daemon-reload
  [ "$(state web)" = active ]
  page 10.0.0.1:8080
  systemctl stop container@web
  [ "$(systemctl show -P Result container@web)" = success ]
  nothing_is_left
}

# Those that follow are only in "make check-long".

a_changed_container_stops_as_it_was_started() {
  _start_web
  ip link add br0 type bridge
  ip link set br0 up
  declare_containers <<'YAML'
  web: { system: "{system}-wasabi", ephemeral: true, privateNetwork: true, hostBridge: br0, forwardPorts: [] }
YAML
  [ "$(state web)" = active ]
  page 10.0.0.1:8080
  systemctl restart container@web
  fails ip link show dev ve-web
  ip link show dev vb-web
  fails nft list map inet nixos-containers forwards4
  declare_containers <<'YAML'
  web: { system: "{system}-wasabi" }
YAML
  systemctl stop container@web
  [ ! -e /run/nixos-containers/web ]
  ip link delete br0
}

a_reboot_from_inside_starts_it_again() {
  _start_web
  local before
  before=$(main_pid web)
  inside web reboot || true
  wait_until 20 is_restarted web "$before"
  page 10.0.0.1:8080
}

# Of the shell that init is run by, bash on NixOS and busybox's here: whether a signal that is blocked stays blocked when it waits.
_shell_keeps_signals_blocked() {
  perl -e 'use POSIX; sigprocmask(SIG_BLOCK, POSIX::SigSet->new(37)); exec @ARGV' \
    busybox sh -c 'sleep 0; grep "^SigBlk:.*1000000000$" /proc/self/status'
}

a_stop_while_the_system_is_being_activated_is_not_lost() {
  _shell_keeps_signals_blocked || { echo "busybox's shell lets signals through that are blocked"; exit 77; }
  declare_containers <<'YAML'
  slow: { system: "{system}-slow", privateNetwork: true, hostAddress: 10.0.0.1, localAddress: 10.0.0.2 }
YAML
  systemctl start --no-block container@slow
  wait_until 10 has_logged slow 'Stage 2'
  local before=$SECONDS
  systemctl stop container@slow
  # Long before systemd would kill it, and the activation has got to its end.
  [ $((SECONDS - before)) -lt 20 ]
  [ "$(systemctl show -P Result container@slow)" = success ]
  log_of slow | grep 'Container slow has been shut down'
  [ -e /var/lib/nixos-containers/slow/etc/activated ]
  systemctl start container@slow
}

# Whether the container's first process keeps the signal to halt: it is blocked, or there is a handler (bit 36 of the masks).
_keeps_the_signal() {
  local nspawn leader
  nspawn=$(main_pid web)
  [ "$nspawn" -gt 0 ] && leader=$(pgrep -P "$nspawn" | tail -n 1) && [ -n "$leader" ] &&
    awk '/^Sig(Blk|Cgt)/ && substr($2, 7, 1) ~ /[13579bdf]/ {found = 1} END {exit !found}' "/proc/$leader/status"
}

stops_at_any_early_moment_are_not_lost() {
  _declare_web
  local delay before
  for delay in 0 0.01 0.03 0.06 0.1 0.15 0.2 0.3; do
    before=$SECONDS
    systemctl reset-failed
    systemctl start --no-block container@web
    # Before container-init runs, systemd-nspawn itself loses it.
    wait_until 10 _keeps_the_signal
    sleep $delay
    systemctl stop container@web
    [ $((SECONDS - before)) -lt 15 ]
    nothing_is_left
  done
}

it_stops_while_machined_does_not_run() {
  _start_web
  systemctl mask --runtime --now systemd-machined.service
  systemctl stop container@web
  log_of web | grep 'Container web has been shut down'
  systemctl unmask --runtime systemd-machined.service
}

it_comes_back_when_nspawn_is_killed() {
  _start_web
  local before
  before=$(main_pid web)
  kill -KILL "$before"
  wait_until 20 is_restarted web "$before"
  page 10.0.0.1:8080
  page '[fc00::1]:8080'
  machinectl list | grep web
}

a_start_does_not_wait_for_udev() {
  _declare_web
  udevadm control --stop-exec-queue
  systemctl start container@web
  page 10.0.0.1:8080
  udevadm control --start-exec-queue
}

a_failed_start_says_if_systemd_is_too_old() {
  declare_containers <<'YAML'
  web: { system: "{system}-wasabi" }
YAML
  printf '#!/bin/sh\necho "systemd 252 (252.39)"\nexit 1\n' >/tmp/systemd-nspawn
  chmod +x /tmp/systemd-nspawn
  mount --bind /tmp/systemd-nspawn /usr/bin/systemd-nspawn
  fails systemctl start container@web
  systemctl stop container@web
  umount /usr/bin/systemd-nspawn
  log_of web | grep 'Container web failed, .*systemd 256 .*/usr/bin/systemd-nspawn .* 252'
}

a_failed_start_spares_another_machine_of_its_name() {
  mkdir -p /run/foreign/usr
  systemd-run --quiet --unit=foreign --property=Type=notify systemd-nspawn --quiet --keep-unit --machine=web --directory=/run/foreign \
    --bind-ro=/nix/store "${systems%-nixos-system}-busybox/bin/sleep" infinity
  declare_containers <<'YAML'
  web: { system: "{system}-wasabi" }
YAML
  # Of an earlier run, whose end was cut off.
  mkdir -p "$records/web"
  local mounts
  mounts=$(grep -c /run/systemd/nspawn /proc/self/mounts)
  fails systemctl start container@web
  systemctl stop container@web
  log_of web | grep '^Container web .*foreign.service '
  systemctl is-active foreign
  machinectl show -P Unit web | grep -x foreign.service
  [ "$(grep -c /run/systemd/nspawn /proc/self/mounts)" = "$mounts" ]
  systemctl stop foreign
  rm -r /run/foreign
  systemctl reset-failed container@web || true
  systemctl start container@web
}

nothing_is_left_of_a_failed_start() {
  declare_containers <<'YAML'
  broken:
    system: /nix/store/there-is-no-such-system
    privateNetwork: true
    hostAddress: 10.0.0.1
    localAddress: 10.0.0.2
    forwardPorts: [{ hostPort: 8080 }]
  stuck:
    system: "{system}-stuck"
    timeoutStartSec: 1s
    ephemeral: true
    privateNetwork: true
    hostAddress: 10.0.0.1
    localAddress: 10.0.0.3
YAML
  fails systemctl start container@broken
  log_of broken | grep 'container-init: failed to run /nix/store/there-is-no-such-system/init: No such file or directory'
  fails systemctl start container@stuck
  systemctl stop container@broken container@stuck
  wait_until 30 nothing_is_left
}

a_reload_may_take_longer_than_a_start() {
  declare_containers <<'YAML'
  web: { system: "{system}-wasabi", timeoutStartSec: 5s }
YAML
  systemctl start container@web
  # In the container, as the store is the same for all tests.
  inside web sh -c 'printf "#!/bin/sh\nsleep 8\ntouch /etc/slowly\n" >/etc/switch; chmod +x /etc/switch'
  inside web mount --bind /etc/switch "$systems-old/bin/switch-to-configuration"
  sed -i 's/system-wasabi/system-old/' "$manifest"
  systemctl daemon-reload
  systemctl reload container@web
  [ "$(state web)" = active ]
  rm /var/lib/nixos-containers/web/etc/slowly
}

a_removed_container_runs_on_and_stops_as_it_was_started() {
  _start_web
  declare_containers <<'YAML'
  other: { system: "{system}-wasabi" }
YAML
  [ "$(state web)" = active ]
  page 10.0.0.1:8080
  [ "$(systemctl show -P KillMode container@web)" = mixed ]
  cmp /run/systemd/generator/container@web.service "$records/web/unit"
  # It reboots as it was, too.
  local before
  before=$(main_pid web)
  inside web reboot || true
  wait_until 20 is_restarted web "$before"
  page 10.0.0.1:8080
  systemctl stop container@web
  log_of web | grep 'Container web has been shut down'
  nothing_is_left
  systemctl daemon-reload
  [ "$(systemctl show -P LoadState container@web)" = not-found ]
}

starts_succeed_while_daemon_reload_runs_in_a_loop() {
  _declare_web
  timeout 300 bash -c 'while :; do systemctl daemon-reload; done' &
  local loop=$!
  for _ in 1 2 3 4; do
    systemctl start container@web
    page 10.0.0.1:8080
    systemctl stop container@web
  done
  kill $loop
}

# As if the machine's power, or container-runtime, had been cut at some point of the end.
# What a start has begun is over before what it has made is removed.
nothing_is_left_of_a_start_that_was_stopped_while_it_loaded_rules() {
  _declare_web
  mv /usr/sbin/nft /usr/sbin/nft.real
  # shellcheck disable=SC2016
  printf '#!/bin/sh\n[ "$1" = -f ] || exec /usr/sbin/nft.real "$@"\nsleep 1; exec /usr/sbin/nft.real "$@"\n' >/usr/sbin/nft
  chmod +x /usr/sbin/nft
  systemctl start --no-block container@web
  wait_until 20 pgrep --full 'sh /usr/sbin/nft -f'
  wait_until 10 _keeps_the_signal
  systemctl stop container@web
  mv /usr/sbin/nft.real /usr/sbin/nft
  nothing_is_left
}

what_an_interrupted_end_has_left_is_removed_by_the_next_start() {
  _start_web
  cp -a "$records" /tmp/records
  nft list ruleset >/tmp/ruleset
  systemctl stop container@web
  # The service would be quicker.
  systemctl stop container-ends
  cp -a /tmp/records/. "$records/"
  mv "$records/web/nft" "$records/web/nft-ending"
  nft -f /tmp/ruleset
  ip link add name ve-web address "$(sed -n 's/^link add name ve-web address \([^ ]*\) .*/\1/p' "$records/web/network")" type veth peer name vb-web
  systemctl start container@web
  page 10.0.0.1:8080
  systemctl stop container@web
  nothing_is_left
  [ "$(ls "$records/.claims")" = "" ]
  [ "$(stat -c %a "$records")" = 700 ]
  rm -r /tmp/records
}

# systemctl shows the log since the last of its starts, which is refused.
a_container_that_has_failed_for_good_says_why() {
  local drop_in=/run/systemd/system/container@broken.service.d
  mkdir -p $drop_in
  trap 'rm -r /run/systemd/system/container@broken.service.d; systemctl daemon-reload' EXIT
  printf '[Unit]\nStartLimitIntervalSec=1h\nStartLimitBurst=2\n' >$drop_in/limit.conf
  declare_containers <<'YAML'
  broken: { system: /nix/store/there-is-no-such-system }
YAML
  fails systemctl start container@broken
  wait_until 20 is failed container@broken
  [ "$(systemctl show -P NRestarts container@broken)" = 2 ]
  status_of broken >/tmp/status
  grep 'Container broken has failed: .*container-init: failed to run /nix/store/there-is-no-such-system/init: No such file or directory' /tmp/status
  # What is wrong on this side is said alone.
  declare_containers <<'YAML'
  broken: { system: "{system}-wasabi", bindMounts: { /a: { hostPath: /proc/version/a } } }
YAML
  systemctl reset-failed container@broken
  fails systemctl start container@broken
  wait_until 20 is failed container@broken
  status_of broken >/tmp/status
  grep 'Status: "[^;]*/proc/version' /tmp/status
}
