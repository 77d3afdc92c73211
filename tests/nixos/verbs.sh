# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# What the stories say of the host that $run is the directory of.

enter() { "$here/../host/enter" "$run" "$@"; }

# says_nothing COMMAND…: on standard output, and does not fail.
says_nothing() {
  local said
  said=$("$@") && [ -z "$said" ]
}

# wait_until COMMAND…: succeeds, for 10 s at most.
wait_until() {
  local tries=100
  until "$@"; do
    ((tries--)) || return 1
    sleep 0.1
  done
}

links_of_containers() { enter ls /sys/class/net | sed -n '/^v[eb]-/p'; }
# There is no such directory before there is a container.
records_of_containers() { enter sh -c '! cd /run/nixos-container-generator 2>/dev/null || ls'; }
tables_of_containers() { enter nft list tables | sed -n /nixos-container/p; }

# The units that failed, or fail again and again, where the command @ leads: the host or a container.
failed_units() { "$@" systemctl list-units --all --plain --no-legend --state=failed,auto-restart; }

# Host and containers are up, without a unit that failed, and there is nothing to warn of.
all_run() {
  local container state
  [ "$(enter systemctl is-system-running --wait)" = running ]
  [ -z "$(failed_units enter)" ]
  # It is there where there are containers.
  enter test -e /run/current-system/sw/bin/nixos-container || return 0
  [ -z "$(enter nixos-container check 2>&1)" ]
  for container in $(enter nixos-container list); do
    enter systemctl --quiet is-active "container@$container" || continue
    state=$(enter nixos-container run "$container" -- systemctl is-system-running --wait) || true
    if [ "$state" != running ] || [ -n "$(failed_units enter nixos-container run "$container" --)" ]; then
      enter nixos-container run "$container" -- systemctl status --failed --no-pager || true
      enter nixos-container run "$container" -- systemctl list-units --state=failed,auto-restart --no-pager || true
      false
    fi
  done
}

# switch_to GENERATION [ACTION]: as nixos-rebuild switch does it. What it says is in $run/switch, and its exit status is the one of this.
switch_to() {
  local system status=0 action=${2:-switch}
  system=$(readlink "$build/store$generations/$1")
  if [ "$action" = switch ]; then enter ln -sfn "$system" /nix/var/nix/profiles/system; fi
  T=300 enter "$system/bin/switch-to-configuration" "$action" >"$run/switch" 2>&1 || status=$?
  echo "$action to $1: exit status $status"
  cat "$run/switch"
  return $status
}

# reboot_to GENERATION: which the boot menu may have others than the last for. Of the files /var/lib stays, as it is when nothing runs any more.
reboot_to() {
  enter systemctl stop machines.target 'container@*'
  enter tar --create --directory / var/lib >"$run/kept.tar"
  "$here/../host/halt" "$run"
  rm -rf "$run/store"
  "$here/boot" "$build" "$build/store" "$generations" "$run" "$1" >"$run/state"
}

# has_said PATTERN COMMAND…: COMMAND on the host says it.
has_said() { enter "${@:2}" 2>&1 | grep -E -- "$1"; }

# answer SERVICE VERSION PATTERN COMMAND…: each container of a service (stories/services.nix) says PATTERN to COMMAND, in which @ stands
# for its address and % for its name. VERSION is a command that tells what version the service is.
answer() {
  local container kinds='' version command
  for container in "$1" "$1-u"; do
    enter nixos-container list | grep -x "$container" || continue
    command=("${@:4}")
    command=("${command[@]//@/$container.containers}")
    wait_until has_said "$3" "${command[@]//%/$container}"
    kinds+=${kinds:+, }$([ "$container" = "$1" ] || echo un)privileged
  done
  version=$({ enter sh -c "$2" 2>&1 || true; } | grep -oE '[0-9]+(\.[0-9]+)+' | sed -n 1p)
  echo "ran: $1 $version ($kinds)"
}
