# SPDX-License-Identifier: MIT
# What containers are held to, and what they are given in secret: limits, privileges, credentials and a store of their own.
# shellcheck shell=bash disable=SC2154

# limits NAME: what systemd takes the limits of a container for. That the kernel holds it to them is for the test of the boot, as the
# controllers may belong to another hierarchy here.
_limits() {
  systemctl show -P MemoryMax -P CPUQuotaPerSecUSec -P TasksMax "container@$1" | paste -s -d ' '
}

limits_are_those_of_the_unit_and_change_with_a_restart() {
  declare_containers <<'YAML'
  small: { system: "{system}-wasabi", privateNetwork: true, memoryMax: 256M, cpuQuota: 50%, tasksMax: 200 }
YAML
  systemctl start container@small
  [ "$(_limits small)" = '500ms 268435456 200' ]
  local before
  before=$(main_pid small)
  declare_containers <<'YAML'
  small: { system: "{system}-wasabi", privateNetwork: true, memoryMax: 0.5G, cpuQuota: 150.5%, tasksMax: infinity }
YAML
  nixos-container apply
  [ "$(_limits small)" = '1.505000s 536870912 infinity' ]
  [ "$(main_pid small)" != "$before" ]
}

privileges_cannot_be_gained_inside() {
  declare_containers <<'YAML'
  held: { system: "{system}-wasabi", privateNetwork: true, noNewPrivileges: true, systemCallFilter: [~@keyring, ~personality] }
  free: { system: "{system}-wasabi", privateNetwork: true }
YAML
  systemctl start container@held container@free
  inside held grep -x 'NoNewPrivs:[[:space:]]*1' /proc/1/status
  inside free grep -x 'NoNewPrivs:[[:space:]]*0' /proc/1/status
  # Flags of setarch(8) that anybody may set.
  inside free setarch --addr-no-randomize true
  fails inside held setarch --addr-no-randomize true
}

# has_secret NAME: the container can read its credential, in all ways that there are.
_has_secret() {
  [ "$(inside "$1" systemd-creds --system cat db.password)" = 'very secret' ]
  [ "$(systemd-run --machine="$1" --quiet --wait --pipe --collect -p LoadCredential=db.password \
    systemd-creds cat db.password)" = 'very secret' ]
  # shellcheck disable=SC2016
  [ "$(systemd-run --machine="$1" --quiet --wait --pipe --collect -p LoadCredential=db.password -p DynamicUser=yes \
    sh -c 'cat "$CREDENTIALS_DIRECTORY"/db.password')" = 'very secret' ]
  fails inside "$1" setpriv --reuid=nobody --regid=nogroup --clear-groups cat /run/host/credentials/db.password
}

credentials_are_read_inside_and_seen_nowhere_else() {
  # shellcheck disable=SC2174
  mkdir -p -m 0700 /run/secrets
  (umask 077; echo 'very secret' >/run/secrets/db)
  declare_containers <<'YAML'
  plain: { system: "{system}-wasabi", privateNetwork: true, credentials: { db.password: { path: /run/secrets/db } } }
  picked:
    system: "{system}-wasabi"
    privateNetwork: true
    privateUsers: pick
    credentials: { db.password: { path: /run/secrets/db }, "odd name %": { path: "/run/secrets/odd:path %" } }
YAML
  echo odd >'/run/secrets/odd:path %'
  systemctl start container@plain container@picked
  _has_secret plain
  _has_secret picked
  [ "$(inside picked systemd-creds --system cat 'odd name %')" = odd ]
  { set +x; } 2>/dev/null
  # In a pattern that is not found itself.
  fails grep -r 'very[ ]secret' "$records" /run/systemd/generator
  # Some of the processes end meanwhile.
  cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ >/tmp/processes 2>/dev/null || true
  grep -a systemd-nspawn /tmp/processes >/dev/null
  fails grep -a 'very[ ]secret' /tmp/processes
  systemctl show container@plain container@picked >/tmp/properties
  fails grep 'very[ ]secret' /tmp/properties
  set -x
  # Nor do others than root read what a container was started with.
  [ "$(stat -c %a "$records")" = 700 ]
  rm -r /run/secrets
  # What was handed over is there until the container stops; a start that cannot have it says so.
  _has_secret plain
  fails systemctl restart container@plain
  log_of plain | grep -F /run/secrets/db
}

# Those that follow are only in "make check-long".

a_container_that_runs_keeps_its_limits_when_its_entry_breaks() {
  declare_containers <<'YAML'
  small: { system: "{system}-wasabi", memoryMax: 256M, cpuQuota: 50%, tasksMax: 200, enableTun: true, privateNetwork: true }
YAML
  systemctl start container@small
  local devices limits
  devices=$(systemctl show -P DeviceAllow container@small)
  limits=$(_limits small)
  declare_containers <<'YAML'
  small: { system: "{system}-wasabi", memoryMax: lots }
  other: { system: "{system}-wasabi" }
YAML
  [ "$(_limits small)" = "$limits" ]
  [ "$(systemctl show -P DeviceAllow container@small)" = "$devices" ]
  status_of small | sed -n 1p | grep '"lots" is not'
  fails nixos-container plan >/tmp/plan
  grep '^small: fail .*"lots" is not' /tmp/plan
  fails systemctl reload container@small
  systemctl stop container@small
  [ "$(systemctl show -P Result container@small)" = success ]
  # It cannot be started, neither while its unit is still that one nor later.
  for _ in 1 2; do
    fails systemctl start container@small
    [ "$(systemctl show -P NRestarts container@small)" = 0 ]
    log_of small | grep '"lots" is not'
    systemctl daemon-reload
  done
}

shares_of_the_host_are_limits_too() {
  declare_containers <<'YAML'
  share: { system: "{system}-wasabi", privateNetwork: true, memoryMax: 50%, tasksMax: 10% }
YAML
  [ "$(systemd-analyze verify --man=no /run/systemd/generator/container@share.service 2>&1)" = "" ]
  [[ $(_limits share) =~ ^'infinity '[0-9]+' '[0-9]+$ ]]
}

# systemd has the option from version 261 on, and then warns where nothing is said.
socket_address_families_are_those_that_are_permitted() {
  declare_containers <<'YAML'
  all: { system: "{system}-wasabi", privateNetwork: true }
  few: { system: "{system}-wasabi", privateNetwork: true, restrictAddressFamilies: [~AF_PACKET] }
YAML
  systemctl start container@all
  fails has_logged all 'address families'
  inside all perl -e 'socket(S, 17, 3, 0) or die'
  if [ "$(systemd-nspawn --version | sed -n 's/^systemd \([0-9]*\).*/\1/p')" -lt 261 ]; then
    fails systemctl start container@few
    has_logged few 'Container few .*restrictAddressFamilies .*261'
  else
    systemctl start container@few
    fails inside few perl -e 'socket(S, 17, 3, 0) or die'
  fi
}

sync_is_suppressed_where_nobody_needs_it() {
  declare_containers <<'YAML'
  quick: { system: "{system}-wasabi", privateNetwork: true, suppressSync: true }
  safe: { system: "{system}-wasabi", privateNetwork: true }
YAML
  systemctl start container@quick container@safe
  # fsync(2) of a pipe, which would fail.
  local fsync='pipe(R, W); exit(syscall(74, fileno(W)) != 0)'
  inside quick perl -e "$fsync"
  fails inside safe perl -e "$fsync"
}

system_calls_are_allowed_that_would_not_be() {
  declare_containers <<'YAML'
  more: { system: "{system}-wasabi", privateNetwork: true, systemCallFilter: ["sysfs"] }
  none: { system: "{system}-wasabi", privateNetwork: true }
YAML
  systemctl start container@more container@none
  # sysfs(3), how many types of file systems there are. systemd-nspawn allows more with each version, but hardly what is obsolete.
  local sysfs='exit(syscall(139, 3) < 0)'
  inside more perl -e "$sysfs"
  fails inside none perl -e "$sysfs"
}

_store=/nix/store/00000000000000000000000000000000
# closure NAME SYSTEM: lists what a system needs. seen SYSTEM: what a container then sees.
_closure() {
  mkdir -p "$_store-closure-$1"
  printf '%s\n' $_store-debian $_store-busybox "$systems-$2" >"$_store-closure-$1/store-paths"
}
_seen() {
  printf '%s\n' $_store-{busybox,debian,nixos-container-generator} "$systems-$1"
}

a_store_of_its_own_holds_the_closure_and_nothing_else() {
  # What other tests have made for containers of these names.
  rm -rf /nix/var/nix/per-container/{apart,shifted,ephemeral}
  _closure a wasabi
  declare_containers <<YAML
  apart: { system: "{system}-wasabi", privateNetwork: true, closure: $_store-closure-a/store-paths }
  shifted:
    system: "{system}-wasabi"
    privateNetwork: true
    hostAddress: 10.0.0.1
    localAddress: 10.0.0.2
    privateUsers: pick
    closure: $_store-closure-a/store-paths
  ephemeral: { system: "{system}-wasabi", privateNetwork: true, ephemeral: true, closure: $_store-closure-a/store-paths }
YAML
  systemctl start container@{apart,shifted,ephemeral}
  page 10.0.0.2
  local name
  for name in apart shifted ephemeral; do
    diff <(_seen wasabi) <(inside "$name" find /nix/store -mindepth 1 -maxdepth 1 | sort)
    # Of the program that is not in the closure there is the file that runs first, and no other.
    [ "$(inside "$name" find $_store-nixos-container-generator -type f)" = \
      "$_store-nixos-container-generator/lib/nixos-container-generator/container-init" ]
    fails inside "$name" touch "$systems-wasabi/new"
    fails inside "$name" test -e /nix/var/nix/db
    fails inside "$name" test -e /nix/var/nix/daemon-socket
    fails inside "$name" test -e /nix/var/nix/gcroots
    fails inside "$name" grep -e ' /nix/store /nix/store ' -e '/nix/var' /proc/self/mountinfo
    [ ! -e "/nix/var/nix/per-container/$name" ]
  done
  rm -r $_store-closure-*
}

another_system_and_its_closure_take_a_restart() {
  _closure a wasabi
  _closure b old
  declare_containers <<YAML
  own: { system: "{system}-wasabi", privateNetwork: true, closure: $_store-closure-a/store-paths }
YAML
  systemctl start container@own
  local before
  before=$(main_pid own)
  # A closure that cannot be used harms nothing that runs.
  declare_containers <<YAML
  own: { system: "{system}-old", privateNetwork: true, closure: $_store-closure-a/store-paths }
YAML
  fails nixos-container check
  fails nixos-container apply
  [ "$(main_pid own)" = "$before" ]
  declare_containers <<YAML
  own: { system: "{system}-old", privateNetwork: true, closure: $_store-closure-b/store-paths }
YAML
  [ "$(nixos-container apply)" = 'own: restarted' ]
  [ "$(main_pid own)" != "$before" ]
  # Nothing of the former closure is left in the root.
  diff <(_seen old | sort) <(inside own find /nix/store -mindepth 1 -maxdepth 1 | sort)
  [ "$(nixos-container apply)" = 'All containers are as declared.' ]
  rm -r $_store-closure-*
}
