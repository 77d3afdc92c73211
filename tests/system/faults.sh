# nixos-container where one call of it fails, each of those that it makes of the kernel and of D-Bus in turn: see tests/faults/fault.c. It
# ends by itself, and if it has not done all it says so, by its exit status too.
# shellcheck shell=bash

# What is shown but the addresses and the time, which may be missing.
_without_details() { sed 's/"addresses".*"declared"/"declared"/'; }

# _with_each_fault COMMAND…
_with_each_fault() {
  { set +x; } 2>/dev/null
  local number=0 function status tried=0
  rm -f /tmp/calls
  "$@" 2>/dev/null </dev/null | _without_details >/tmp/expected || true
  LD_PRELOAD=/tests/fault.so FAULT_LOG=/tmp/calls "$@" >/dev/null 2>&1 </dev/null || true
  while read -r function; do
    number=$((number + 1))
    case $function in *alloc) continue ;; esac
    status=0
    timeout -s KILL 5 env LD_PRELOAD=/tests/fault.so FAULT_AT=$number FAULT_ERROR=5 "$@" >/tmp/whole 2>/tmp/said </dev/null || status=$?
    _without_details </tmp/whole >/tmp/shown
    tried=$((tried + 1))
    if [ $status -gt 2 ]; then
      echo "call $number, $function: exit status $status: $*"
      cat /tmp/said
      return 1
    fi
    if ! cmp -s /tmp/expected /tmp/shown && [ $status = 0 ] && [ ! -s /tmp/said ]; then
      echo "call $number, $function: it does not say what it has not done: $*"
      diff /tmp/expected /tmp/shown || true
      return 1
    fi
  done </tmp/calls
  echo "$tried faults: $*"
  [ $tried -gt 0 ]
  set -x
}

faults_while_looking_at_containers_are_said() {
  declare_containers <<'YAML'
  one:
    system: "{system}-wasabi"
    privateNetwork: true
    hostAddress: 10.0.0.1
    localAddress: 10.0.0.2
  two: { system: "{system}-wasabi", privateNetwork: true }
YAML
  systemctl start container@one container@two
  _with_each_fault nixos-container list --json
  _with_each_fault nixos-container status one
  _with_each_fault nixos-container show-ip two
  _with_each_fault nixos-container plan
}

faults_while_systemd_is_asked_are_said() {
  declare_containers <<'YAML'
  one: { system: "{system}-wasabi" }
YAML
  systemctl start container@one
  _with_each_fault nixos-container start one
  _with_each_fault nixos-container apply
  [ "$(state one)" = active ]
  systemctl stop container@one
  _with_each_fault nixos-container stop one
  _with_each_fault nixos-container terminate one
}
