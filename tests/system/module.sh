# SPDX-License-Identifier: MIT
# What the units of the NixOS module do when a switch of NixOS starts and stops them, as its switch-to-configuration does that.
# shellcheck shell=bash disable=SC2154

_units=/run/systemd/system

what_would_be_removed_is_told() {
  start_pair
  planned --none | diff - <(printf '%s\n' 'one: stop (undeclared)' 'two: stop (undeclared)')
}

_remove_template() {
  rm -rf /etc/systemd/system/container@* /run/current-system
  systemctl daemon-reload
}

the_template_says_what_is_wrong_and_leaves_what_is_declared_alone() {
  cp container@.service /etc/systemd/system/
  mkdir -p /run/current-system/sw/bin /etc/systemd/system/container@{web,gone}.service.d
  trap _remove_template EXIT
  ln -s /usr/bin/{echo,false,nixos-container} /run/current-system/sw/bin/
  printf '[Service]\nLimitNOFILE=4321\n' | tee /etc/systemd/system/container@{web,gone}.service.d/overrides.conf
  declare_containers <<'YAML'
  web: { system: "{system}-wasabi" }
  web-2: { system: "{system}-wasabi" }
YAML
  [ "$(systemd-analyze verify --man=no /etc/systemd/system/container@.service 2>&1)" = "" ]
  systemctl restart container@web
  [ "$(systemctl show -P FragmentPath container@web)" = /run/systemd/generator/container@web.service ]
  [ "$(systemctl show -P LimitNOFILE container@web)" = 4321 ]
  local name
  for name in gone web-3; do
    fails systemctl start container@$name
    is failed container@$name
    status_of $name >/tmp/status
    head -n 1 /tmp/status | grep "Container '.*' (undeclared)"
    grep "containers.$name in the NixOS configuration" /tmp/status
  done
  status_of web-3 | grep '"web-3".*"web-2"'
  status_of gone | grep '"gone".*: web, web-2'
  # It is removed, and its drop-ins are not.
  rm "$manifest"
  systemctl daemon-reload
  nixos-container apply
  [ "$(state web)" = inactive ]
  [ "$(systemctl show -P FragmentPath container@web)" = /etc/systemd/system/container@.service ]
}

scripts_that_are_set_for_the_unit_know_the_container() {
  local drop_in=$_units/container@web.service.d
  mkdir -p $drop_in
  trap 'rm -r /run/systemd/system/container@web.service.d; systemctl daemon-reload' EXIT
  # shellcheck disable=SC2016
  printf '%s\n' '[Service]' 'ExecStartPost=sh -c '\''echo "$INSTANCE $root" >/tmp/instance'\' >$drop_in/overrides.conf
  declare_containers <<'YAML'
  web: { system: "{system}-wasabi" }
YAML
  systemctl start container@web
  [ "$(cat /tmp/instance)" = 'web /var/lib/nixos-containers/web' ]
  fails grep -z '^INSTANCE=' "/proc/$(machinectl show -P Leader web)/environ"
}

# Those that follow are only in "make check-long".

# The units of nixos-module/switch.nix, until the test ends.
_install_units() {
  mkdir -p $_units/multi-user.target.wants
  cat >$_units/nixos-containers-switch.service <<'UNIT'
[Service]
Type=oneshot
RemainAfterExit=yes
TimeoutStopSec=infinity
ExecStop=nixos-container apply --at-switch --none
UNIT
  cat >$_units/nixos-containers-apply.service <<'UNIT'
[Unit]
After=nixos-containers-switch.service
StartLimitIntervalSec=0
[Service]
Type=oneshot
TimeoutStartSec=infinity
ExecStart=nixos-container apply --at-switch
UNIT
  ln -s ../nixos-containers-{switch,apply}.service $_units/multi-user.target.wants/
  trap _remove_units EXIT
}

_remove_units() {
  rm -f $_units/{,multi-user.target.wants/}nixos-containers-{switch,apply}.service
  systemctl daemon-reload
}

# The configuration has another manifest, and the same units.
_switch() {
  systemctl reset-failed
  systemctl daemon-reload
  systemctl start multi-user.target
}

# With 10 lines of the log, and the container's own unit, if it has failed.
_failed_units() {
  journalctl --sync
  systemctl list-units --plain --no-legend --state=failed | awk '{print $1}' | xargs systemctl status --no-pager --full || [ $? = 123 ]
}

each_switch_tries_what_is_not_as_declared_and_says_what_failed_and_why() {
  _install_units
  declare_containers <<'YAML'
  web: { system: "{system}-wasabi", autoStart: true }
YAML
  _switch
  [ "$(state web)" = active ]
  is inactive nixos-containers-apply
  write_manifest <<'YAML'
  web: { system: "{system}-unwilling", autoStart: true }
  broken: { system: /nix/store/there-is-no-such-system, autoStart: true }
YAML
  for _ in 1 2; do
    _switch
    is failed nixos-containers-apply
    _failed_units >/tmp/status
    sed -n '/nixos-containers-apply.service/,$p' /tmp/status | grep -A 3 'web: see journalctl -u container@web' | grep 'the following units failed: unwilling.service'
    sed -n '/nixos-containers-apply.service/,$p' /tmp/status | grep -A 3 'broken: see journalctl -u container@broken' | grep 'there-is-no-such-system'
    [ "$(state web)" = active ]
  done
  declare_containers <<'YAML'
  web: { system: "{system}-old", autoStart: true }
YAML
  _switch
  is inactive nixos-containers-apply
  [ "$(nixos-container plan)" = 'All containers are as declared.' ]
}

removing_the_module_removes_all_containers_also_after_a_failure() {
  _install_units
  start_pair
  cat >>"$manifest" <<YAML
  broken: { system: /nix/store/there-is-no-such-system, autoStart: true }
YAML
  _switch
  is failed nixos-containers-apply
  [ "$(state one)" = active ]
  # It is stopped only while it is active.
  is active nixos-containers-switch
  systemctl stop nixos-containers-switch
  nothing_is_left
  is inactive nixos-containers-switch
}

_has_failed_too_often() { is failed container@broken && [ "$(systemctl show -P NRestarts container@broken)" = 2 ]; }

a_container_that_has_failed_too_often_is_tried_at_each_switch() {
  local drop_in=$_units/container@broken.service.d
  mkdir -p $drop_in
  trap 'rm -r /run/systemd/system/container@broken.service.d; systemctl daemon-reload' EXIT
  printf '[Unit]\nStartLimitIntervalSec=1h\nStartLimitBurst=2\n' >$drop_in/limit.conf
  declare_containers <<'YAML'
  broken: { system: /nix/store/there-is-no-such-system, autoStart: true }
YAML
  systemctl start container@broken || true
  for _ in 1 2 3; do
    wait_until 20 _has_failed_too_often
    # Without a switch: that of NixOS has such failures forgotten, but not those of the starts that it begins with.
    fails nixos-container apply >/tmp/applied 2>&1
    grep 'there-is-no-such-system' /tmp/applied
  done
}

containers_of_another_module_are_started_again_if_they_ran() {
  trap 'rm -f /etc/systemd/system/container@*.service; _remove_units' EXIT
  local name
  for name in web idle gone; do
    printf '[Service]\nExecStart=sleep infinity\n' >/etc/systemd/system/container@$name.service
  done
  systemctl daemon-reload
  systemctl start container@{web,gone}
  nixos-container apply --before-switch
  # All of that, and no more, is done.
  is active container@web
  is active container@gone
  systemctl stop container@{web,gone}
  rm /etc/systemd/system/container@*.service
  _install_units
  declare_containers <<'YAML'
  web: { system: "{system}-wasabi" }
  idle: { system: "{system}-wasabi" }
YAML
  _switch
  is inactive nixos-containers-apply
  [ "$(state web) $(state idle)" = 'active inactive' ]
  # That was once.
  systemctl stop container@web
  _switch
  [ "$(state web)" = inactive ]
  # Those that were generated are no others.
  systemctl start container@web
  nixos-container apply --before-switch
  systemctl stop container@web
  [ "$(nixos-container plan)" = 'All containers are as declared.' ]
}

a_container_that_a_condition_keeps_from_starting_is_said_to_be_that() {
  local drop_in=$_units/container@web.service.d
  mkdir -p $drop_in
  trap 'rm -r /run/systemd/system/container@web.service.d; systemctl daemon-reload' EXIT
  printf '[Unit]\nConditionPathExists=!/etc\nConditionPathExists=/etc\n' >$drop_in/condition.conf
  write_manifest <<'YAML'
  web: { system: "{system}-wasabi", autoStart: true }
YAML
  [ "$(nixos-container apply)" = 'web: not started: condition ConditionPathExists=!/etc failed' ]
  rm $drop_in/condition.conf
  [ "$(nixos-container apply)" = 'web: started' ]
}

# Between two starts it has no record.
_is_to_start_again() { [ "$(systemctl show -P SubState container@broken)" = auto-restart ]; }

a_container_that_fails_again_and_again_is_stopped_when_it_is_removed() {
  local drop_in=$_units/container@broken.service.d
  mkdir -p $drop_in
  printf '[Service]\nRestartSec=1h\n' >$drop_in/slowly.conf
  _install_units
  trap 'rm -r /run/systemd/system/container@broken.service.d; _remove_units' EXIT
  local how
  for how in declared module; do
    declare_containers <<'YAML'
  broken: { system: /nix/store/there-is-no-such-system }
  web: { system: "{system}-wasabi" }
YAML
    systemctl start container@web
    fails systemctl start container@broken
    wait_until 10 _is_to_start_again
    if [ $how = module ]; then
      systemctl start nixos-containers-switch
      planned --none | diff - <(printf '%s\n' 'broken: stop (undeclared)' 'web: stop (undeclared)')
      systemctl stop nixos-containers-switch
      systemctl reset-failed
      rm "$manifest"
      systemctl daemon-reload
    else
      sed -i '/broken/d' "$manifest"
      [ "$(planned)" = 'broken: stop (undeclared)' ]
      _switch
      is inactive nixos-containers-apply
      [ "$(nixos-container plan)" = 'All containers are as declared.' ]
      [ "$(state web)" = active ]
    fi
    [ "$(systemctl list-units --all --plain --no-legend 'container@broken.service')" = "" ]
    [ "$(systemctl --failed --plain --no-legend)" = "" ]
  done
}

# _set LINE…: what is set for the unit of web, of which systemd then knows.
_set() {
  printf '%s\n' '[Unit]' "$@" >$_units/container@web.service.d/overrides.conf
  systemctl daemon-reload
}

what_is_set_for_the_unit_is_part_of_the_plan() {
  mkdir -p $_units/container@web.service.d
  trap 'rm -r /run/systemd/system/container@web.service.d; systemctl daemon-reload' EXIT
  _set '[Service]' LimitNOFILE=4321
  declare_containers <<'YAML'
  web: { system: "{system}-wasabi" }
  other: { system: "{system}-wasabi" }
YAML
  systemctl start container@web container@other
  local before
  before=$(main_pid web)
  systemctl set-property --runtime container@web CPUWeight=50
  [ "$(nixos-container plan)" = 'All containers are as declared.' ]
  # Another reason to reload, and no more.
  _set X-Reload-Triggers=/nix/store/a '[Service]' LimitNOFILE=4321
  [ "$(planned)" = 'web: reload (drop-ins changed)' ]
  [ "$(nixos-container apply)" = 'web: reloaded' ]
  [ "$(nixos-container plan)" = 'All containers are as declared.' ]
  [ "$(main_pid web)" = "$before" ]
  # Anything else, but where it is to be left.
  _set X-Reload-Triggers=/nix/store/a '[Service]' X-RestartIfChanged=false LimitNOFILE=1234
  [ "$(planned)" = 'web: keep (restartIfChanged is false)' ]
  _set X-Reload-Triggers=/nix/store/a '[Service]' LimitNOFILE=1234
  [ "$(planned)" = 'web: restart (drop-ins changed)' ]
  [ "$(nixos-container apply)" = 'web: restarted' ]
  grep '^Max open files *1234 ' "/proc/$(main_pid web)/limits"
  [ "$(nixos-container plan)" = 'All containers are as declared.' ]
  # Nothing is known of it where it was not noted.
  rm "$records/web/drop-ins" $_units/container@web.service.d/overrides.conf
  systemctl daemon-reload
  [ "$(nixos-container plan)" = 'All containers are as declared.' ]
}
