# SPDX-License-Identifier: MIT
# Switching from one manifest to another: nixos-container plan, nixos-container apply.
# shellcheck shell=bash disable=SC2154

# The containers' main processes, which change when one is started anew.
_main_pids() {
  local name
  for name; do echo "$name $(main_pid "$name")"; done
}

# Applies, and then nothing is left to do.
_apply() {
  nixos-container apply
  [ "$(nixos-container plan)" = 'All containers are as declared.' ]
  [ "$(nixos-container apply)" = 'All containers are as declared.' ]
}

# What it has done and what it says are in /tmp/applied and /tmp/failed.
_apply_fails() { exits_with 1 nixos-container apply >/tmp/applied 2>/tmp/failed; }

a_plan_says_what_a_switch_would_do_and_why_and_changes_nothing() {
  mkdir -p /srv/a
  declare_containers <<'YAML'
  sambal: { system: "{system}-wasabi", bindMounts: { /var/log/httpd: { hostPath: /srv/a } } }
  tabasco: { system: "{system}-wasabi" }
  wasabi: { system: "{system}-wasabi" }
  pepper: { system: "{system}-wasabi" }
YAML
  systemctl start container@{sambal,tabasco,wasabi,pepper}
  [ "$(nixos-container plan)" = 'All containers are as declared.' ]
  [ "$(nixos-container plan --json | tr -d '\n')" = '[]' ]
  write_manifest <<'YAML'
  new: { system: "{system}-wasabi", autoStart: true }
  sambal: { system: "{system}-wasabi", bindMounts: { /var/log/httpd: { hostPath: /srv/b } } }
  wasabi: { system: "{system}-old" }
  pepper: { system: "{system}-wasabi", autoStart: false }
YAML
  planned >/tmp/plan
  diff /tmp/plan - <<'TEXT'
new: start
sambal: restart (bindMounts."/var/log/httpd".hostPath: "/srv/a" → "/srv/b")
tabasco: stop (undeclared)
wasabi: reload (system: …-nixos-system-wasabi → …-nixos-system-old)
TEXT
  # Of files that are given it says the same, as an activation that is only tried out asks it.
  mv "$manifest" /tmp/elsewhere.yaml
  planned /tmp/elsewhere.yaml | diff /tmp/plan -
  [ "$(state tabasco)" = active ]
  [ "$(state new)" = inactive ]
  rm -r /srv/a
}

a_switch_does_what_the_plan_says_and_nothing_the_second_time() {
  declare_containers <<'YAML'
  sambal: { system: "{system}-wasabi", tmpfs: [/a] }
  tabasco: { system: "{system}-wasabi", privateNetwork: true, hostAddress: 10.0.0.1, localAddress: 10.0.0.2 }
  wasabi: { system: "{system}-wasabi", privateNetwork: true, hostAddress: 10.0.0.1, localAddress: 10.0.0.3, forwardPorts: [{ hostPort: 8083, containerPort: 80 }] }
  pepper: { system: "{system}-wasabi" }
  stubborn: { system: "{system}-wasabi", restartIfChanged: false }
YAML
  systemctl start container@{sambal,tabasco,wasabi,pepper,stubborn}
  local kept before
  kept=$(_main_pids wasabi pepper stubborn) before=$(main_pid sambal)
  write_manifest <<'YAML'
  new: { system: "{system}-wasabi", autoStart: true, privateNetwork: true, hostAddress: 10.0.0.1, localAddress: 10.0.0.2 }
  sambal: { system: "{system}-wasabi", tmpfs: [/b] }
  wasabi: { system: "{system}-old", privateNetwork: true, hostAddress: 10.0.0.1, localAddress: 10.0.0.3, forwardPorts: [{ hostPort: 8093, containerPort: 80 }] }
  pepper: { system: "{system}-wasabi" }
  stubborn: { system: "{system}-old", restartIfChanged: false }
YAML
  nixos-container apply >/tmp/applied
  sort /tmp/applied | diff - <(sort <<'TEXT'
stubborn: unchanged despite a new configuration: restartIfChanged is false
tabasco: stopped
new: started
sambal: restarted
wasabi: reloaded
TEXT
  )
  [ "$(_main_pids wasabi pepper stubborn)" = "$kept" ]
  [ "$(main_pid sambal)" != "$before" ]
  inside sambal mountpoint /b
  [ "$(systemctl show -P LoadState container@tabasco)" = not-found ]
  fails ip link show ve-tabasco
  page 10.0.0.2
  page 10.0.0.1:8093
  fails page 10.0.0.1:8083
  nixos-container list --json | grep -F "\"$systems-old\""
  grep -x "test $systems-old/bin/switch-to-configuration" /var/lib/nixos-containers/wasabi/etc/switched
  planned | grep -x 'stubborn: keep (restartIfChanged is false; system: …-nixos-system-wasabi → …-nixos-system-old)'
  kept=$(_main_pids wasabi pepper stubborn sambal new)
  nixos-container apply
  [ "$(_main_pids wasabi pepper stubborn sambal new)" = "$kept" ]
  [ "$(wc -l </var/lib/nixos-containers/wasabi/etc/switched)" = 1 ]
}

a_reload_by_hand_counts() {
  declare_containers <<'YAML'
  web: { system: "{system}-wasabi" }
YAML
  systemctl start container@web
  declare_containers <<'YAML'
  web: { system: "{system}-old" }
YAML
  systemctl reload container@web
  [ "$(nixos-container plan)" = 'All containers are as declared.' ]
}

forwards_and_bind_mounts_are_changed_while_the_container_runs() {
  start_pair
  mkdir -p /srv/live
  echo live >/srv/live/file
  local before
  before=$(_main_pids one two)
  write_manifest <<'YAML'
  one:
    system: "{system}-wasabi"
    privateNetwork: true
    hostAddress: 10.0.0.1
    localAddress: 10.0.0.2
    forwardPorts: [{ hostPort: 8090, containerPort: 80 }]
    bindMounts: { /srv/live: {}, /srv/made: { isReadOnly: false } }
  two:
    system: "{system}-wasabi"
    privateNetwork: true
    hostAddress: 10.0.0.1
    localAddress: 10.0.0.3
YAML
  _apply
  [ "$(_main_pids one two)" = "$before" ]
  page 10.0.0.1:8090
  fails page 10.0.0.1:8081
  fails page 10.0.0.1:8082
  [ "$(inside one cat /srv/live/file)" = live ]
  fails inside one touch /srv/live/other
  inside one touch /srv/made/file
  [ -e /srv/made/file ]
  # Of the last forward nothing is left.
  write_manifest <<'YAML'
  one:
    system: "{system}-wasabi"
    privateNetwork: true
    hostAddress: 10.0.0.1
    localAddress: 10.0.0.2
    bindMounts: { /srv/live: {}, /srv/made: { isReadOnly: false } }
  two:
    system: "{system}-wasabi"
    privateNetwork: true
    hostAddress: 10.0.0.1
    localAddress: 10.0.0.3
YAML
  _apply
  nft list ruleset >/tmp/rules
  fails grep elements /tmp/rules
  [ "$(_main_pids one two)" = "$before" ]
  systemctl stop container@one container@two
  rm -r /srv/live /srv/made
}

nothing_is_stopped_when_the_manifest_cannot_be_read() {
  start_pair
  printf 'version: 1\ncontainers: [' >"$manifest"
  _apply_fails
  grep -F "$manifest:2:13: containers: " /tmp/failed
  grep -F "containers: while parsing a flow node: did not find expected node content" /tmp/failed
  [ "$(state one)" = active ]
  page 10.0.0.1:8082
  systemctl stop container@one container@two
  # Nor is nothing at all as declared.
  _apply_fails
  [ ! -s /tmp/applied ]
  fails nixos-container plan
}

# As the unit of the NixOS module does it.
a_switch_to_nothing_at_all_stops_all() {
  start_pair
  nixos-container apply --at-switch --none
  nothing_is_left
}

# Those that follow are only in "make check-long".

an_ephemeral_container_is_started_anew_for_another_system() {
  declare_containers <<'YAML'
  web: { system: "{system}-wasabi", ephemeral: true }
YAML
  systemctl start container@web
  declare_containers <<'YAML'
  web: { system: "{system}-old", ephemeral: true }
YAML
  _apply
  [ "$(cat /run/nixos-containers/web/etc/generation)" = old ]
}

a_reload_that_fails_leaves_the_old_system_running() {
  declare_containers <<'YAML'
  web: { system: "{system}-wasabi" }
YAML
  rm -f /var/lib/nixos-containers/web/etc/switched
  systemctl start container@web
  local before
  before=$(main_pid web)
  write_manifest <<'YAML'
  web: { system: "{system}-unwilling" }
YAML
  _apply_fails
  grep '^web: failed .*old system' /tmp/applied
  diff /tmp/failed - <<'TEXT'
1 of 1 containers failed:
  web: see journalctl -u container@web
    the following units failed: unwilling.service
TEXT
  [ "$(main_pid web)" = "$before" ]
  diff /var/lib/nixos-containers/web/etc/switched - <<TEXT
test $systems-unwilling/bin/switch-to-configuration
test $systems-wasabi/bin/switch-to-configuration
TEXT
  # It is tried again.
  planned | grep '^web: reload'
}

# Its D-Bus tells nobody of the end of a reload any more, in which it was started anew.
a_reload_in_which_d_bus_starts_anew_is_done_if_it_has_succeeded() {
  declare_containers <<'YAML'
  web: { system: "{system}-wasabi" }
YAML
  systemctl start container@web
  local status
  for status in 1 0; do
    inside web sh -c "printf '#!/bin/sh\necho begun\nsystemctl restart dbus\nsleep 1\necho ended by $status\nexit $status\n' >/etc/switch; chmod +x /etc/switch"
    inside web mount --bind /etc/switch "$systems-old/bin/switch-to-configuration"
    write_manifest <<'YAML'
  web: { system: "{system}-old" }
YAML
    if [ $status = 1 ]; then
      _apply_fails
      grep '^web: failed .*old system' /tmp/applied
      planned | grep '^web: reload'
    else
      _apply
      [ "$(nixos-container plan)" = 'All containers are as declared.' ]
    fi
    log_of web | grep -F "ended by $status"
    inside web umount "$systems-old/bin/switch-to-configuration"
  done
}

what_one_gives_up_another_takes_in_the_same_switch() {
  start_pair
  local before
  before=$(_main_pids one two)
  # While both run.
  sed -i 's/8081/808x/; s/8082/8081/; s/808x/8082/' "$manifest"
  _apply
  [ "$(_main_pids one two)" = "$before" ]
  page 10.0.0.1:8081
  page 10.0.0.1:8082
  # By starting both anew: they exchange their addresses.
  sed -i 's/10.0.0.2/10.0.0.x/; s/10.0.0.3/10.0.0.2/; s/10.0.0.x/10.0.0.3/' "$manifest"
  _apply
  page 10.0.0.1:8081
  page 10.0.0.1:8082
  # From one that is removed to one that is new, which machines.target starts at the same time.
  sed -i 's/^  one:/  three:\n    autoStart: true/' "$manifest"
  systemctl daemon-reload
  systemctl start --no-block machines.target
  _apply
  page 10.0.0.1:8082
  [ "$(state three)" = active ]
}

one_container_that_fails_keeps_no_other_from_being_done() {
  declare_containers <<'YAML'
  web: { system: "{system}-wasabi" }
  gone: { system: "{system}-wasabi" }
YAML
  systemctl start container@web container@gone
  local before
  before=$(main_pid web)
  write_manifest <<'YAML'
  bad: { system: "{system}-wasabi", hostAddress: 10 }
  broken: { system: /nix/store/there-is-no-such-system, autoStart: true }
  new: { system: "{system}-wasabi", autoStart: true }
  web: { system: "{system}-wasabi", tmpfs: [/a] }
YAML
  _apply_fails
  grep -x 'web: restarted' /tmp/applied
  grep -x 'gone: stopped' /tmp/applied
  grep -x 'new: started' /tmp/applied
  grep -x 'broken: failed to start' /tmp/applied
  grep -x "bad: unchanged: $manifest:3:[0-9]*: containers.bad.hostAddress: \"10\" .*" /tmp/applied
  # The last line is from two programs, in either order.
  sed 's/^\(    \).*containers.bad.hostAddress: .*/\1…/' /tmp/failed | sed '$d' | diff - /dev/fd/3 3<<'TEXT'
2 of 5 containers failed:
  bad: see nixos-container check
    …
  broken: see journalctl -u container@broken
TEXT
  sed -n '$p' /tmp/failed | grep -F 'container-init: failed to run /nix/store/there-is-no-such-system/init: No such file or directory' |
    grep -F 'Container broken failed with error code 1.'
  systemctl stop container@broken
}

# Has a container fail while journald sleeps: all of its processes have ended by then, so that journald does not know their unit any more.
_fail_while_journald_sleeps() {
  local journald apply
  journald=$(systemctl show -P MainPID systemd-journald)
  kill -STOP "$journald"
  _apply_fails &
  apply=$!
  wait_until 20 pgrep --full 'journalctl --sync'
  kill -CONT "$journald"
  wait $apply
}

why_a_container_failed_is_shown_though_the_journal_is_read_late() {
  local reason='container-init: failed to run /nix/store/there-is-no-such-system/init: No such file or directory'
  declare_containers <<'YAML'
  web: { system: "{system}-wasabi" }
YAML
  systemctl start container@web
  write_manifest <<'YAML'
  broken: { system: /nix/store/there-is-no-such-system, autoStart: true }
  web: { system: "{system}-unwilling" }
YAML
  # It is started again meanwhile, not least while the other one returns to its old system.
  _fail_while_journald_sleeps
  grep -F 'the following units failed: unwilling.service' /tmp/failed
  grep -F "$reason" /tmp/failed
  grep -F 'Container broken failed with error code 1.' /tmp/failed
  systemctl stop container@broken
  # The status is that of one start.
  mkdir -p /run/systemd/system/container@broken.service.d
  printf '%s\n' '[Service]' Restart=no >/run/systemd/system/container@broken.service.d/once.conf
  systemctl daemon-reload
  _fail_while_journald_sleeps
  grep -F "$reason" /tmp/failed
  status_of broken | grep "Container broken has failed: .*$reason"
  rm -r /run/systemd/system/container@broken.service.d
  systemctl daemon-reload
}

an_apply_that_was_interrupted_is_finished_by_the_next() {
  local cut
  for cut in INT:0.2 KILL:0.05 KILL:0.6; do
    declare_containers <<'YAML'
  one: { system: "{system}-wasabi", privateNetwork: true, hostAddress: 10.0.0.1, localAddress: 10.0.0.2 }
  two: { system: "{system}-wasabi", privateNetwork: true, hostAddress: 10.0.0.1, localAddress: 10.0.0.3 }
YAML
    systemctl start container@one container@two
    write_manifest <<'YAML'
  one:
    system: "{system}-wasabi"
    privateNetwork: true
    hostAddress: 10.0.0.1
    localAddress: 10.0.0.2
    forwardPorts: [{ hostPort: 8081, containerPort: 80 }]
  three: { system: "{system}-wasabi", autoStart: true, privateNetwork: true, hostAddress: 10.0.0.1, localAddress: 10.0.0.3 }
YAML
    timeout --signal="${cut%:*}" "${cut#*:}" nixos-container apply || true
    _apply
    page 10.0.0.1:8081
    page 10.0.0.3
    [ "$(state two)" = inactive ]
    systemctl stop container@one container@three
  done
}

containers_that_were_stopped_to_exchange_something_are_started_in_any_case() {
  start_pair
  sed -i 's/10.0.0.2/10.0.0.x/; s/10.0.0.3/10.0.0.2/; s/10.0.0.x/10.0.0.3/' "$manifest"
  nixos-container apply &
  local apply=$!
  wait_until 10 is deactivating container@one
  kill -KILL $apply
  exits_with 137 wait $apply
  wait_until 30 is_inactive one
  _apply
  [ "$(state one)" = active ]
  [ "$(state two)" = active ]
  page 10.0.0.1:8081
  page 10.0.0.1:8082
}

a_change_that_was_not_finished_is_made_up_for_by_a_restart() {
  start_pair
  local before
  before=$(main_pid one)
  touch "$records/one/unfinished"
  _apply
  [ "$(main_pid one)" != "$before" ]
  page 10.0.0.1:8081
}

a_reload_that_fails_keeps_the_forwards() {
  start_pair
  cp "$manifest" /tmp/before.yaml
  sed -i 's/8081/8083/; s/system-wasabi/system-unwilling/' "$manifest"
  _apply_fails
  page 10.0.0.1:8081
  cp /tmp/before.yaml "$manifest"
  _apply
  page 10.0.0.1:8081
  page 10.0.0.1:8082
}

a_container_that_is_still_starting_gets_the_other_system_by_a_restart() {
  declare_containers <<'YAML'
  slow: { system: "{system}-slow", ephemeral: false }
YAML
  systemctl start --no-block container@slow
  # Before it has a record, what it has been started with is not known: then it is waited for, and reloaded.
  wait_until 10 test -e "$records/slow"
  write_manifest <<'YAML'
  slow: { system: "{system}-old" }
YAML
  _apply
  [ "$(cat /var/lib/nixos-containers/slow/etc/generation)" = old ]
}

a_switch_touches_only_what_has_changed_and_takes_less_than_starting_all_anew() {
  local name before touched
  _write_twenty() {
    for name in $(seq -w 20); do
      echo "  c$name: { system: \"{system}-wasabi\", autoStart: true, ephemeral: true, tmpfs: [/$1] }"
    done | sed "1,3s|/$1|/$2|" | write_manifest
  }
  _write_twenty a a
  nixos-container apply
  # shellcheck disable=SC2046
  set -- $(seq -f c%02g 20)
  before=$(_main_pids "$@")
  _write_twenty a b
  local start=${EPOCHREALTIME/./}
  nixos-container apply
  local three=$((${EPOCHREALTIME/./} - start))
  touched=$(comm -13 <(echo "$before") <(_main_pids "$@") | wc -l)
  [ "$touched" = 3 ]
  start=${EPOCHREALTIME/./}
  systemctl restart "${@/#/container@}"
  local all=$((${EPOCHREALTIME/./} - start))
  echo "measured: three of twenty: $((three / 1000)) ms; all twenty: $((all / 1000)) ms; ratio $((100 * three / all)) %"
  [ $three -lt $all ]
}

what_an_interrupted_update_has_left_is_removed_by_the_next_apply() {
  start_pair
  # It was killed before the new record was in place, or after that, or while it replaced a file.
  cp -r "$records/one" "$records/.one.new"
  echo begun >"$records/.new"
  [ "$(nixos-container plan)" = 'All containers are as declared.' ]
  nixos-container apply
  [ ! -e "$records/.one.new" ]
  [ ! -e "$records/.new" ]
  [ -e "$records/one/unit" ]
  page 10.0.0.1:8081
}
