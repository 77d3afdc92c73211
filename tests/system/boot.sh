# SPDX-License-Identifier: MIT
# The host as it has booted, with the containers of boot.yaml: this file is the first.
# shellcheck shell=bash disable=SC2154

boot_starts_containers_with_autostart_before_it_is_done() {
  [ "$(state wasabi)" = active ]
  [ "$(state lazy)" = inactive ]
  [ "$(systemctl show -P FragmentPath container@wasabi)" = /run/systemd/generator/container@wasabi.service ]
  systemctl show -P Wants machines.target | grep -w container@wasabi.service
  systemctl show -P Wants multi-user.target | grep -w machines.target
  page 192.168.100.11
  page '[fc00::2]'
}

boot_gives_a_service_inside_the_network_while_it_boots() {
  [ "$(state eager)" = active ]
  inside eager systemctl is-active needs-network
}

boot_comes_to_its_end_whatever_is_switched_meanwhile() {
  wait_until 60 test -e /run/early/end
  grep -H . /run/early/*
  [ "$(cat /run/early/1--at-switch)" = 'The host is booting or shutting down, leaving the containers to systemd.
exit status 0' ]
  # What starts already is waited for, and started once.
  grep -x 'wasabi: started' /run/early/1
  grep -x '1 of 3 containers failed:' /run/early/1
  local name
  for name in wasabi eager; do
    [ "$(systemctl show -P NRestarts container@$name)" = 0 ]
    [ "$(journalctl --boot --unit container@$name --grep 'Spawning container' --output cat | wc -l)" = 1 ]
  done
}

boot_shows_the_diagnostic_of_a_broken_container_and_spares_the_others() {
  [ "$(systemctl is-system-running)" = degraded ]
  [ "$(systemctl --failed --plain --no-legend | awk '{print $1}')" = container@bad.service ]
  local diagnostic='boot.yaml:25:18: containers.bad.hostAddress: "192.168.100" is not an IPv4 address'
  status_of bad | grep -F "container bad[" | grep -F "$diagnostic"
  status_of bad | sed -n 1p | grep -F "$diagnostic"
  journalctl --boot --dmesg --identifier=nixos-container-generator --grep 'containers.bad.hostAddress: "192.168.100"'
}

boot_leaves_no_unit_that_systemd_complains_of() {
  [ "$(systemd-analyze verify --man=no /run/systemd/generator/container@*.service 2>&1)" = "" ]
  fails journalctl --boot --grep '/run/systemd/generator.*(Unknown|Failed|ignoring)'
}

stopping_what_the_boot_has_started_leaves_nothing() {
  systemctl stop 'container@*'
  [ "$(state wasabi)" = inactive ]
  [ "$(systemctl show -P Result container@wasabi)" = success ]
}
