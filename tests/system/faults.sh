# SPDX-License-Identifier: MIT
# nixos-container where one call of it fails, each of those that it makes of the kernel and of D-Bus in turn: see tests/faults/fault.c. It
# ends by itself, and if it has not done all it says so, by its exit status too.
# shellcheck shell=bash

# Those that follow are only in "make check-long".

# What is shown but the addresses and the time, which may be missing, and what a terminal does at the end of what is typed.
_without_details() { sed 's/"addresses".*"declared"/"declared"/; s/\^[@D]//g' | tr -d '\000-\011\013-\037'; }

# _with_each_fault COMMAND…: each call of the functions $faulty, of all if it is not set, fails with the errors $errors. $preload is the
# variable that has what is to be preloaded, where COMMAND is not nixos-container itself, and $said the file with what it says, if that is
# not its standard error. Of the calls of a function that is called for each of many things, the first few are tried and every now and then
# another one; with EVERY=1 in the environment all.
_with_each_fault() {
  { set +x; } 2>/dev/null
  local number=0 function status tried=0 error n
  local -A times=()
  local preload=${preload:-LD_PRELOAD}=/tests/fault.so said=${said:-/tmp/said}
  rm -f /tmp/calls
  "$@" 2>/dev/null </dev/null | _without_details >/tmp/expected || true
  env "$preload" FAULT_LOG=/tmp/calls "$@" >/dev/null 2>&1 </dev/null || true
  while read -r function _; do
    number=$((number + 1))
    case $function in *alloc) continue ;; esac
    [[ $function =~ ^(${faulty:-.*})$ ]] || continue
    n=$((times[$function] = ${times[$function]-0} + 1))
    [ $n -le 3 ] || [ $((n & (n - 1))) = 0 ] || [ "${EVERY-}" = 1 ] || continue
    for error in ${errors:-5}; do
      status=0
      timeout -s KILL 5 env "$preload" FAULT_AT=$number FAULT_ERROR="$error" "$@" >/tmp/whole 2>/tmp/said </dev/null || status=$?
      _without_details </tmp/whole >/tmp/shown
      tried=$((tried + 1))
      [ $status != "${hung_up-}" ] || continue
      if [ $status -gt 2 ]; then
        echo "call $number, $function: exit status $status: $*"
        cat /tmp/said
        return 1
      fi
      if ! cmp -s /tmp/expected /tmp/shown && { [ $status = 0 ] || [ ! -s "$said" ]; }; then
        echo "call $number, $function: exit status $status, and it has not done: $*"
        cat /tmp/said
        diff /tmp/expected /tmp/shown || true
        return 1
      fi
    done
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

# What is shown at a terminal is what is said, too. script(1) may hang up before it has all, as nothing is typed.
_with_each_fault_at_a_terminal() {
  preload=PRELOAD said=${said:-/tmp/shown} hung_up=129 _with_each_fault script --quiet --return --command "LD_PRELOAD=\$PRELOAD exec $1" /dev/null
}

faults_while_a_command_is_run_inside_are_said() {
  declare_containers <<'YAML'
  one: { system: "{system}-wasabi" }
YAML
  systemctl start container@one
  faulty='sd_.*|open' _with_each_fault nixos-container run one -- echo shown
  faulty='fcntl|tcgetattr|sd_event_.*|sd_bus_(open_.*|message_append)' _with_each_fault_at_a_terminal 'nixos-container run one -- echo shown'
  faulty=ioctl errors='4 5' _with_each_fault_at_a_terminal 'nixos-container run one -- echo shown'
  faulty='pipe2|fork' said=/tmp/said _with_each_fault_at_a_terminal 'nixos-container run one -- echo shown 2>>/tmp/said'
  faulty='sd_.*' _with_each_fault nixos-container show-host-key one
}
