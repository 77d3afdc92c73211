# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# Both ways, at a switch and at a boot, containers that run are started once as the other module has them, with the state that they had.
containers='wasabi shoyu'
state() { enter cat "/var/lib/nixos-containers/$1/var/state"; }
starts() { enter sh -c "journalctl --boot --unit container@$1 --output cat | grep -c '^Started .*Container'"; }

# run_as_before MODULE: the containers run as that has them, and nothing of the other one is left.
run_as_before() {
  local container
  for container in $containers; do
    wait_until enter systemctl --quiet is-active "container@$container"
    [ "$(enter systemctl show -P FragmentPath "container@$container")" = "$(unit_of "$1" "$container")" ]
    [ "$(state "$container")" = "state of $container" ]
  done
  nothing_is_left_but "$1"
}

unit_of() {
  case $1 in
    stock) echo "/etc/systemd/system/container@$2.service" ;;
    ours) echo "/run/systemd/generator/container@$2.service" ;;
  esac
}

nothing_is_left_but() {
  if [ "$1" = stock ]; then
    wait_until says_nothing enter systemctl list-units --all --plain --no-legend 'nixos-container*' --state=loaded
    says_nothing records_of_containers
    says_nothing tables_of_containers
    says_nothing enter find /run/systemd/generator -name '*container*'
  else
    [ "$(enter nixos-container plan)" = "All containers are as declared." ]
    enter test ! -e /etc/nixos-containers/wasabi.conf
    says_nothing enter find /etc/systemd/system/ -name 'container@?*.service'
  fi
}

for container in $containers; do
  enter systemctl start "container@$container"
  enter sh -c "echo 'state of $container' >/var/lib/nixos-containers/$container/var/state"
done
run_as_before ours

switch_to stock boot
run_as_before ours
switch_to stock
run_as_before stock
[ "$(starts wasabi) $(starts shoyu)" = '2 2' ]

switch_to first
run_as_before ours
[ "$(starts wasabi) $(starts shoyu)" = '3 3' ]
all_run

# One that does not run is not started.
enter systemctl stop container@shoyu
switch_to stock
containers=wasabi run_as_before stock
[ "$(enter systemctl is-active container@shoyu)" = inactive ]
switch_to first
containers=wasabi run_as_before ours
[ "$(enter systemctl is-active container@shoyu)" = inactive ]

switch_to stock boot
reboot_to stock
containers=wasabi run_as_before stock
switch_to first boot
reboot_to first
containers=wasabi run_as_before ours
