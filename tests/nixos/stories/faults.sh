# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# After what has gone wrong, each switch tries again, says why, and a removal removes all.
active() { enter systemctl show -P ActiveState "container@$1"; }
started() { enter systemctl show -P ActiveEnterTimestampMonotonic "container@$1"; }

# Nothing on the host tells of containers, but their state.
nothing_is_left() {
  wait_until says_nothing enter systemctl list-units --all --plain --no-legend 'container@*' 'nixos-container*' --state=loaded
  says_nothing links_of_containers
  says_nothing records_of_containers
  says_nothing tables_of_containers
}

before=$(started wasabi)
switch_to secret && status=0 || status=$?
[ "$status" = 4 ] # as container@undeclared.service cannot be started
grep -F 'container@undeclared.service' "$run/switch"
[ "$(active wasabi)" = active ]
[ "$(started wasabi)" != "$before" ]
enter systemctl reset-failed container@undeclared.service

for _ in 1 2; do
  switch_to failing && status=0 || status=$?
  [ "$status" = 4 ]
  grep -F broken "$run/switch"
  grep -F /sys/kernel/nothing "$run/switch"
  grep -F wasabi "$run/switch"
  grep -F failing.service "$run/switch"
done
(enter systemctl status container@broken --no-pager || true) | grep -F /sys/kernel/nothing

switch_to first
all_run
[ "$(enter nixos-container plan)" = "All containers are as declared." ]

switch_to without dry-activate
grep -A 3 'would do this with containers' "$run/switch" | grep 'stop.*wasabi\|wasabi.*stop'
[ "$(active wasabi)" = active ]

switch_to failing || true
switch_to stock-none
nothing_is_left

switch_to first
[ "$(active wasabi)" = active ]
before=$(started wasabi)
switch_to unit
[ "$(started wasabi)" != "$before" ]
[ "$(enter systemctl show -P LimitNOFILE container@wasabi)" = 4096 ]
[ "$(enter cat /run/post-start)" = "wasabi is in /var/lib/nixos-containers/wasabi, with miso" ]
all_run

switch_to stock
[ "$(active wasabi)" = active ]
enter sh -c 'systemctl cat container@wasabi | grep -q ^ExecStart=/nix/store/.*container_wasabi-start'
says_nothing tables_of_containers
switch_to first
[ "$(active wasabi)" = active ]
enter sh -c 'systemctl cat container@wasabi | grep -q ^SourcePath='
all_run
