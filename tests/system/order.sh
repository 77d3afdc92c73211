# SPDX-License-Identifier: MIT
# The order between containers: after, requires, wants.
# shellcheck shell=bash disable=SC2154

a_container_is_not_started_without_the_one_it_requires() {
  declare_containers <<'YAML'
  app: { system: "{system}-wasabi", after: [database], requires: [database] }
  database: { system: "{system}-wasabi", hostAddress: nonsense }
YAML
  fails systemctl start container@app
  [ "$(state app) $(state database)" = 'inactive failed' ]
}

a_container_is_started_without_the_one_it_wants() {
  declare_containers <<'YAML'
  app: { system: "{system}-wasabi", after: [database], wants: [database] }
  database: { system: "{system}-wasabi", hostAddress: nonsense }
YAML
  systemctl start container@app
  [ "$(state app) $(state database)" = 'active failed' ]
}

a_target_is_reached_before_a_container_that_is_after_it() {
  declare_containers <<'YAML'
  app: { system: "{system}-wasabi", after: [network-online.target], wants: [network-online.target] }
YAML
  systemctl stop network-online.target
  systemctl start container@app
  [ "$(systemctl is-active network-online.target)" = active ]
  [ "$(systemctl show -P ActiveEnterTimestampMonotonic network-online.target)" -le "$(since InactiveExit app)" ]
}

# Those that follow are only in "make check-long".

# A container that is wanted, and one that starts after it and would be asked for first by its name.
_declare_database_and_app() {
  declare_containers <<'YAML'
  app: { system: "{system}-wasabi", after: [database], requires: [database] }
  database: { system: "{system}-wasabi" }
YAML
}

# database was ready before anything of app was run.
_started_in_order() {
  [ "$(state app) $(state database)" = 'active active' ]
  [ "$(since ActiveEnter database)" -le "$(since InactiveExit app)" ]
}

a_container_starts_after_the_one_it_requires_and_stops_before_it() {
  _declare_database_and_app
  systemctl start container@app
  _started_in_order
  systemctl stop container@database
  [ "$(state app) $(state database)" = 'inactive inactive' ]
  [ "$(since InactiveEnter app)" -le "$(since ActiveExit database)" ]
}

a_restart_of_the_one_it_requires_restarts_a_container_too() {
  _declare_database_and_app
  systemctl start container@app
  local before
  before=$(main_pid app)
  systemctl restart container@database
  # systemctl waits for its own job alone.
  systemctl start container@app
  _started_in_order
  [ "$(main_pid app)" != "$before" ]
}

apply_starts_restarts_and_stops_in_order() {
  write_manifest <<'YAML'
  app: { system: "{system}-wasabi", after: [database], autoStart: true }
  database: { system: "{system}-wasabi", autoStart: true }
YAML
  nixos-container apply
  _started_in_order
  sed -i 's|autoStart: true|&, tmpfs: [/scratch]|' "$manifest"
  local before
  before=$(main_pid app)
  nixos-container apply
  _started_in_order
  [ "$(main_pid app)" != "$before" ]
  inside app mountpoint /scratch
  # Their units are gone in the end, but not what the journal says of them.
  printf 'version: 1\ncontainers: {}\n' >"$manifest"
  nixos-container apply >/tmp/applied
  grep -n stopped /tmp/applied | diff - <(printf '1:app: stopped\n2:database: stopped\n')
}

what_requires_a_container_that_exchanges_something_is_restarted_with_it() {
  declare_containers <<'YAML'
  app: { system: "{system}-wasabi", after: [database], requires: [database] }
  database:
    system: "{system}-wasabi"
    privateNetwork: true
    hostAddress: 10.0.0.1
    localAddress: 10.0.0.2
  other: { system: "{system}-wasabi", privateNetwork: true, hostAddress: 10.0.0.1, localAddress: 10.0.0.3 }
YAML
  systemctl start container@app container@other
  local before
  before=$(main_pid app)
  sed -i 's|10.0.0.3|10.0.0.4|; s|10.0.0.2|10.0.0.3|' "$manifest"
  planned | grep -x 'app: restart (requires database, which is restarted)'
  nixos-container apply
  _started_in_order
  [ "$(state other)" = active ]
  [ "$(main_pid app)" != "$before" ]
  page 10.0.0.3
}

containers_that_wait_for_each_other_say_so_and_spare_the_others() {
  declare_containers <<'YAML'
  app: { system: "{system}-wasabi", after: [database] }
  database: { system: "{system}-wasabi", after: [app] }
  other: { system: "{system}-wasabi", after: [app] }
YAML
  fails systemctl start container@app
  status_of app | grep -F 'containers.app.after[0]: ordering cycle between app and database'
  systemctl start container@other
  [ "$(state other)" = active ]
}
