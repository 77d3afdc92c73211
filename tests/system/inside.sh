# SPDX-License-Identifier: MIT
# Runs inside the host of the system tests: the tests that are its arguments, where a file beside this one stands for all tests in it.
# A test is a function; it passes if its last command does and none before has failed (set -e). Before and after it, nothing
# of any container is there.
#
# shellcheck shell=bash
set -eu
cd /tests

systems=/nix/store/00000000000000000000000000000000-nixos-system
manifest=/etc/nixos-containers/test.yaml
records=/run/nixos-container-generator

# Declares what standard input says below "containers:"; {system} stands for the beginning of a system's path.
declare_containers() {
  { set +x; } 2>/dev/null
  { printf 'version: 1\ncontainers:\n'; sed "s|{system}|$systems|"; } >$manifest
  systemctl daemon-reload
  set -x
}

# wait_until SECONDS COMMAND…: until the command succeeds.
wait_until() {
  { set +x; } 2>/dev/null
  local end=$((SECONDS + $1 + 1))
  shift
  until "$@"; do
    [ $SECONDS -lt $end ] || { echo "timed out waiting for: $*"; return 1; }
    sleep 0.1
  done
  set -x
}

# fails COMMAND…: succeeds if the command does not.
fails() {
  if "$@"; then
    echo "unexpectedly succeeded: $*"
    return 1
  fi
}

state() { systemctl show -P ActiveState "container@$1"; }
is_inactive() { [ "$(state "$1")" = inactive ] || [ "$(state "$1")" = failed ]; }
# Runs a command in a container and passes its output and exit status on.
inside() { systemd-run --machine="$1" --quiet --wait --pipe --collect "${@:2}"; }
page() { curl --silent --fail --globoff --max-time 5 "$@" | grep -q 'It works!'; }
# All of a container's log since the running test began, with what journald has not worked off yet.
log_of() {
  journalctl --sync
  journalctl --boot --output=cat --unit "container@$1" --since "$test_start"
}
status_of() {
  journalctl --sync
  systemctl status "container@$1"
}
main_pid() { systemctl show -P MainPID "container@$1"; }

# Two containers, one and two, with a page at the host's ports 8081 and 8082.
start_pair() {
  declare_containers <<'YAML'
  one:
    system: "{system}-wasabi"
    privateNetwork: true
    hostAddress: 10.0.0.1
    localAddress: 10.0.0.2
    forwardPorts: [{ hostPort: 8081, containerPort: 80 }]
  two:
    system: "{system}-wasabi"
    privateNetwork: true
    hostAddress: 10.0.0.1
    localAddress: 10.0.0.3
    forwardPorts: [{ hostPort: 8082, containerPort: 80 }]
YAML
  systemctl start container@one container@two
}

# Everything that containers leave on a host, as text; empty if there is nothing.
leftovers() {
  { set +x; } 2>/dev/null
  ip -o link | awk '{print $2}' | grep -vx 'lo:' || true
  ip -o -4 address | grep -v ' lo ' || true
  ip route show table all | grep -v -e 'dev lo' -e 'table local' || true
  nft list ruleset
  find $records -mindepth 1 ! -name .claims ! -path '*/.resolv-conf*' 2>/dev/null || true
  find /run/nixos-containers -mindepth 1 -maxdepth 1 2>/dev/null || true
  find /var/lib/nixos-containers -maxdepth 1 -name '.#*' || true
  grep -oE ' /run/(systemd/nspawn|nixos-containers)/[^ ]*' /proc/self/mounts || true
  machinectl list --no-legend || true
  pgrep -a systemd-nspawn || true
}
nothing_is_left() { [ "$(leftovers)" = "" ]; }

# leave_nothing_behind: stops all containers and demands that nothing of them is left.
leave_nothing_behind() {
  local left
  systemctl stop 'container@*.service'
  rm -f /etc/nixos-containers/*
  systemctl daemon-reload
  systemctl reset-failed
  for _ in $(seq 20); do
    left=$(leftovers)
    [ -n "$left" ] || return 0
    sleep 0.1
  done
  printf 'left over:\n%s\n' "$left"
  return 1
}

run_test() {
  test_start=$(date '+%F %T.%6N')
  set -eux
  "$1"
  { set +x; } 2>/dev/null
  # Tests of the boot look at one and the same state.
  case $1 in boot_*) ;; *) leave_nothing_behind ;; esac
}

for file in *.sh; do
  # shellcheck disable=SC1090
  [ "$file" = inside.sh ] || . ./"$file"
done
tests=()
for argument; do
  case $argument in
    *.sh) mapfile -t -O ${#tests[@]} tests < <(sed -n 's/^\([a-z0-9][a-z0-9_]*\)() {.*/\1/p' "$argument") ;;
    *) tests+=("$argument") ;;
  esac
done

# Only the tests of the boot want what it has started.
case ${tests[0]} in boot_*) ;; *) leave_nothing_behind ;; esac

passed=0 failed=0 skipped=0
for test in "${tests[@]}"; do
  started=$(date '+%F %T.%6N') began=${EPOCHREALTIME/./}
  set +e
  (run_test "$test") >/tmp/output 2>&1
  status=$?
  set -e
  if [ $status -eq 0 ]; then
    echo "ok $test ($(((${EPOCHREALTIME/./} - began) / 1000)) ms)"
    sed -n -e 's/^measured: /    /p' -e 's/^left out: /    &/p' /tmp/output
    passed=$((passed + 1))
  elif [ $status -eq 77 ]; then
    echo "skipped $test: $(sed '/^+/d' /tmp/output | tail -n 1)"
    skipped=$((skipped + 1))
  else
    echo "not ok $test"
    sed 's/^/    /' /tmp/output
    journalctl --sync
    journalctl --boot --no-pager --output=short-monotonic --since "$started" | tail -n 60 | sed 's/^/    | /'
    failed=$((failed + 1))
    case $test in boot_*) continue ;; esac
    # Whatever is left must not fail the tests that follow.
    (leave_nothing_behind) >/dev/null 2>&1 || true
    pkill -KILL systemd-nspawn || true
    awk '$2 ~ "^/run/(systemd/nspawn|nixos-containers)/" {print $2}' /proc/self/mounts | xargs -rn1 umount
    ip netns list | awk '{print $1}' | xargs -rn1 ip netns delete
    ip -o link | awk -F'[ :@]+' '$2 != "lo" {print $2}' | xargs -rn1 ip link delete 2>/dev/null || true
    nft flush ruleset
    rm -rf /run/nixos-containers/* /run/nixos-containers/.#* $records
  fi
done
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
