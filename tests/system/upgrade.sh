# SPDX-License-Identifier: MIT
# Containers that run while this project is exchanged for another version, and the records that other versions have written.
# shellcheck shell=bash disable=SC2154

# Two versions, as NixOS has them side by side: they differ in the paths in all units and programs. The other one's programs are otherwise
# those of this one, but the records that it leaves are as a released version has written them.
_this=/nix/store/00000000000000000000000000000000-nixos-container-generator
_other=/nix/store/11111111111111111111111111111111-nixos-container-generator

# As when this version was put in the place of a released one, until systemd reads its units anew.
a_container_stops_by_the_name_that_its_program_had() {
  local drop_in=/run/systemd/system/container@web.service.d
  cp released/1/manifest.yaml "$manifest"
  mkdir -p $drop_in
  trap 'rm -r /run/systemd/system/container@web.service.d; systemctl daemon-reload' EXIT
  { echo '[Service]' && echo ExecStopPost= && grep '^ExecStopPost=.*/container-record remove web$' released/1/web/unit; } >$drop_in/old.conf
  systemctl daemon-reload
  systemctl start container@web
  systemctl show -P ExecStopPost container@web | grep -F "$_this/lib/nixos-container-generator/container-record"
  page 10.0.0.1:8080
  systemctl stop container@web
  [ "$(systemctl show -P Result container@web)" = success ]
  wait_until 2 nothing_is_left
}

# _read_records DIRECTORY: the records in it are read, by the manifest that is there too, as what they were when they were written.
_read_records() {
  local name unit
  cp "$1/manifest.yaml" "$manifest"
  systemctl daemon-reload
  nixos-container check "$manifest"
  mkdir -p "$records"/.claims
  for name in "$1"/*/; do
    name=$(basename "$name")
    cp -r "$1/$name" "$records"/
    # As if its unit were active.
    ln -s none "/run/systemd/units/invocation:container@$name.service"
    if [ -e "$1/$name/network" ]; then ip -batch "$1/$name/network"; fi
    if [ -e "$1/$name/nft" ]; then nft -f "$1/$name/nft"; fi
    if [ -e "$1/$name/claims" ]; then
      grep -v -e '^#' -e '^$' "$1/$name/claims" | (cd "$records"/.claims && tr '\n' '\0' | xargs -r0n1 ln -s "$name")
    fi
  done
  [ "$(nixos-container plan)" = 'All containers are as declared.' ]
  sed -i 's/hostPort: 8080/hostPort: 8081/; s/autoStart: false/ephemeral: true/' "$manifest"
  planned >/tmp/plan
  [ "$(sed 's/ (.*//' /tmp/plan)" = $'plain: restart\nweb: update' ]
  rm "$manifest" /run/systemd/units/invocation:container@*
  systemctl daemon-reload
  for name in "$1"/*/; do
    name=$(basename "$name")
    unit=/run/systemd/generator/container@$name.service
    cmp "$unit" "$1/$name/unit"
    [ "$(systemd-analyze verify --man=no "$unit" 2>&1)" = "" ]
    systemctl cat "container@$name" | sed -n 's/^ExecStopPost=:\(..*\)/\1/p' | tail -n 1 | sh
  done
  nothing_is_left
  systemctl daemon-reload
}

# A release with another format adds such a directory: a manifest and the records of the containers that were started from it.
_has_rules_and_elements() {
  nft list chain inet nixos-containers untrusted | grep 'fib saddr' && nft list map inet nixos-containers forwards4 | grep 8080
}

records_of_all_released_formats_are_read() {
  local format
  for format in released/*; do _read_records "$format"; done
  # One table is for all containers: it has the rules of who has started last, also when they come back.
  start_pair
  mkdir "$records"/older
  cp released/1/web/{format,nft} "$records"/older/
  nft flush ruleset
  wait_until 10 _has_rules_and_elements
  rm -r "$records"/older
  nft flush ruleset
}

# Those that follow are only in "make check-long".

# The host gets the version in $1.
_switch_to() {
  ln -sfn "$1/lib/systemd/system-generators/nixos-container-generator" /etc/systemd/system-generators/
  ln -sfn "$1/bin/nixos-container" /usr/bin/
  systemctl daemon-reload
}

_forget_other_version() {
  _switch_to $_this
  rm -rf $_other
}

# The host gets the other version, until the test ends.
_install_other_version() {
  cp -a $_this $_other
  grep -rlF $_this $_other | xargs sed -i "s|$_this|$_other|g"
  trap _forget_other_version EXIT
  _switch_to $_other
}

# Containers of the version in $1, which the host has: web, brief and plain, with the records that the first released format has kept of them.
_start_by_version() {
  cp released/1/manifest.yaml "$manifest"
  systemctl daemon-reload
  # Released versions forward localhost by sockets.
  umount /sys/fs/bpf
  systemctl start container@web container@brief container@plain
  mount -t bpf -o mode=700 bpf /sys/fs/bpf
  local name link claim
  rm "$records"/.claims/*
  for name in web brief plain; do
    rm "$records"/$name/*
    cp released/1/$name/* "$records"/$name/
    sed -i "s|$_this|$1|g" "$records"/$name/*
    # MAC addresses are of the host's machine ID.
    if [ -e "$records/$name/network" ]; then
      sed -n 's/^link add name \([^ ]*\) .*/\1/p' "$records/$name/network" | while read -r link; do
        sed -i "s/^\(link add name $link address\) [^ ]*/\1 $(cat "/sys/class/net/$link/address")/" "$records/$name/network"
      done
    fi
    if [ -e "$records/$name/claims" ]; then
      sed '/^#/d; /^$/d' "$records/$name/claims" | while read -r claim; do ln -s "$name" "$records/.claims/$claim"; done
    fi
  done
  grep -q "$1/.*container-record remove web" "$records"/web/unit
}

# The same of the other version; then the host has this one, and the other's programs are gone.
_start_by_other_version() {
  _install_other_version
  _start_by_version $_other
  _forget_other_version
}

containers_run_on_and_change_and_restart_under_another_version() {
  _start_by_other_version
  local before
  before=$(main_pid web)
  systemctl status container@web
  page 10.0.0.1:8080
  page 127.0.0.1:8443
  [ "$(nixos-container plan)" = 'All containers are as declared.' ]
  nixos-container apply
  sed -i 's/hostPort: 8080/hostPort: 8082/; s/hostPort: 8443/hostPort: 8083/' "$manifest"
  nixos-container apply
  page 10.0.0.1:8082
  page 127.0.0.1:8083
  fails page 10.0.0.1:8080
  fails page 127.0.0.1:8443
  sed -i '/^  web:/,$ s/-wasabi/-old/' "$manifest"
  nixos-container apply
  inside web grep -q '^test .*-nixos-system-old/bin/switch-to-configuration' /etc/switched
  systemctl reload container@brief
  [ "$(nixos-container plan)" = 'All containers are as declared.' ]
  [ "$(main_pid web)" = "$before" ]
  systemctl restart container@web container@brief container@plain
  page 10.0.0.1:8082
  page 127.0.0.1:8083
  fails grep -r $_other "$records"
}

containers_reboot_and_come_back_under_another_version() {
  _start_by_other_version
  local before
  before=$(main_pid web)
  inside web reboot || true
  wait_until 20 is_restarted web "$before"
  page 10.0.0.1:8080
  before=$(main_pid brief)
  kill -KILL "$before"
  wait_until 20 is_restarted brief "$before"
  fails grep -r $_other "$records"/{web,brief}
}

containers_stop_when_the_version_that_has_started_them_is_gone() {
  _start_by_other_version
  # One of them is no longer declared.
  sed -i '/^  brief:/,/^  web:/ { /^  web:/!d }' "$manifest"
  systemctl daemon-reload
  systemctl show -P Description container@brief | grep undeclared
  systemctl stop container@web container@brief container@plain
  [ "$(systemctl show -P Result container@web)" = success ]
  wait_until 10 nothing_is_left
}

containers_of_two_versions_run_side_by_side() {
  _start_by_other_version
  cat >>"$manifest" <<YAML
  two:
    system: "$systems-wasabi"
    privateNetwork: true
    hostAddress: 10.0.0.1
    localAddress: 10.0.0.3
    forwardPorts: [{ hostPort: 8090, containerPort: 80 }]
YAML
  systemctl daemon-reload
  systemctl start container@two
  page 10.0.0.1:8080
  page 10.0.0.1:8090
  systemctl stop container@web
  page 10.0.0.1:8090
  systemctl start container@web
  systemctl stop container@two
  page 10.0.0.1:8080
}

# As where there is no NixOS: both versions have the same paths. The older one is told by what is behind the end of its files.
containers_run_on_while_another_version_is_installed_over_theirs() {
  local before file
  find $_this -type f -exec sh -c 'for file; do echo older >>"$file"; done' - {} +
  _start_by_version $_this
  before="$(main_pid web) $(main_pid brief) $(main_pid plain)"
  (cd source && sh -eu install)
  for file in source/build/* source/generator/completion/*; do
    find $_this -type f -exec cmp --quiet "$file" {} \; -print | grep .
  done
  # Neither before systemd has seen the new generator, nor then.
  [ "$(nixos-container plan)" = 'All containers are as declared.' ]
  systemctl daemon-reload
  [ "$(nixos-container plan)" = 'All containers are as declared.' ]
  [ "$(main_pid web) $(main_pid brief) $(main_pid plain)" = "$before" ]
  page 10.0.0.1:8080
  page 127.0.0.1:8443
  sed -i 's/hostPort: 8080/hostPort: 8082/' "$manifest"
  nixos-container apply
  page 10.0.0.1:8082
  fails page 10.0.0.1:8080
  [ "$(main_pid web)" = "${before%% *}" ]
  systemctl restart container@brief
  systemctl stop container@web container@brief container@plain
  wait_until 2 nothing_is_left
}

a_record_of_a_format_that_is_not_known_is_told_of_and_removed() {
  start_pair
  local before
  before=$(main_pid one)
  echo 2 >"$records"/one/format
  local reason='started by an incompatible version of nixos-container-generator (state record format 2, expected 1): restart it'
  # As long as its declaration is that which it was started with, there is nothing to know.
  [ "$(nixos-container plan)" = 'All containers are as declared.' ]
  sed -i 's/8081/8091/' "$manifest"
  [ "$(planned)" = "one: keep ($reason)" ]
  [ "$(nixos-container apply)" = "one: unchanged despite a new configuration: $reason" ]
  nixos-container list
  page 10.0.0.1:8081
  [ "$(main_pid one)" = "$before" ]
  # As it is, with the claims and the port of its record.
  systemctl restart container@one
  log_of one | grep 'Container one was started by an incompatible version .*format 2'
  page 10.0.0.1:8091
  fails page 10.0.0.1:8081
  [ "$(nixos-container plan)" = 'All containers are as declared.' ]
  echo text >"$records"/one/format
  printf '\377' >"$records"/one/manifest.yaml
  rm -f /etc/nixos-containers/*
  systemctl daemon-reload
  systemctl stop container@one container@two
  wait_until 10 nothing_is_left
}

_ends_are_removed_by() { readlink "/proc/$(systemctl show -P MainPID container-ends)/exe" | grep "^$1/"; }

a_switch_restarts_the_services_of_another_version() {
  _install_other_version
  declare_containers <<'YAML'
  web: { system: "{system}-small", privateNetwork: true, hostAddress: 10.0.0.1, localAddress: 10.0.0.2 }
YAML
  systemctl start container@web
  systemctl restart container-ends
  _ends_are_removed_by $_other
  _switch_to $_this
  nixos-container apply --at-switch
  wait_until 10 _ends_are_removed_by $_this
  systemctl stop container@web
  nothing_is_left
}
