# SPDX-License-Identifier: MIT
# Runs inside a host of the system tests: the tests that are its arguments, where a file beside this one stands for all tests in it, or with
# SHORT=1 for those before the line $long.
# A test is a function whose name does not begin with "_"; it passes if its last command does and none before has failed (set -e). Before and
# after it, nothing of any container is there. Sourced, it gives what such tests have at hand.
#
# shellcheck shell=bash
set -eu -o pipefail
shopt -s inherit_errexit
cd /tests
# shellcheck source=tests/host/helpers.sh
. /helpers.sh

manifest=/etc/nixos-containers/test.yaml

# Writes the manifest: standard input is what it says below "containers:"; {system} stands for the beginning of a system's path.
write_manifest() { { printf 'version: 1\ncontainers:\n'; sed "s|{system}|$systems|"; } >$manifest; }

# As write_manifest, and systemd reads it.
declare_containers() {
  { set +x; } 2>/dev/null
  write_manifest
  systemctl daemon-reload
  set -x
}

# wait_until SECONDS COMMAND…: until the command succeeds. A machine that has much else to do has five times as long.
wait_until() {
  { set +x; } 2>/dev/null
  local end=$((SECONDS + 5 * $1 + 1))
  shift
  until "$@"; do
    [ $SECONDS -lt $end ] || { echo "timed out waiting for: $*"; return 1; }
    sleep 0.1
  done
  set -x
}

# exits_with STATUS COMMAND…: succeeds if that is the command's exit status.
exits_with() {
  local expected=$1 status=0
  shift
  "$@" || status=$?
  [ $status -eq "$expected" ] || { echo "exit status $status instead of $expected: $*" >&2; return 1; }
}

# fails COMMAND…: succeeds if the command does not. One that is not there, here or in a container (203), is no success, nor one that was
# killed, nor a search through a file that is not there.
fails() {
  local status=0
  "$@" || status=$?
  case $status:$1 in
    0:*) echo "unexpectedly succeeded: $*" ;;
    126:* | 127:* | 203:* | 2:grep | 2:cmp | 2:diff) echo "could not be run (exit status $status): $*" ;;
    *) [ $status -ge 128 ] || return 0; echo "was killed (exit status $status): $*" ;;
  esac >&2
  return 1
}

state() { systemctl show -P ActiveState "container@$1"; }
is_inactive() { is inactive "container@$1" || is failed "container@$1"; }
# When a unit got its state, in µs: since PROPERTY NAME
since() { systemctl show -P "$1TimestampMonotonic" "container@$2"; }
# What a switch would do, which is something.
planned() { exits_with 2 nixos-container plan "$@"; }
# Runs a command in a container and passes its output and exit status on.
inside() { systemd-run --machine="$1" --quiet --wait --pipe --collect "${@:2}"; }
page() { curl --silent --fail --globoff --max-time 5 "$@" | grep 'It works!'; }
# All of a container's log since the running test began, with what journald has not worked off yet.
log_of() {
  journalctl --sync
  journalctl --boot --output=cat --unit "container@$1" --since "$test_start"
}
has_logged() { log_of "$1" | grep "$2"; }
# As systemctl shows it, whether or not it runs.
status_of() {
  journalctl --sync
  systemctl status "container@$1" || [ $? = 3 ]
}

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
  find $records -mindepth 1 ! -name .claims ! -name .control-groups ! -name .pins ! -name .root-writers ! -name .secrets-key ! -path '*/.resolv-conf*' ! -path '*/.nftables*' 2>/dev/null || true
  cat $records/.nftables/* 2>/dev/null || true
  find /sys/fs/bpf/nixos-container-generator 2>/dev/null || true
  find /run/nixos-containers -mindepth 1 -maxdepth 1 2>/dev/null || true
  find /var/lib/nixos-containers -maxdepth 1 -name '.#*' 2>/dev/null || true
  grep -oE ' /run/(systemd/nspawn|nixos-containers)/[^ ]*' /proc/self/mounts || true
  machinectl list --no-legend || true
  pgrep -a systemd-nspawn || true
}
nothing_is_left() { wait_for_ends && [ "$(leftovers)" = "" ]; }

# leave_nothing_behind: stops all containers and demands that nothing of them is left.
leave_nothing_behind() {
  local left
  systemctl stop 'container@*.service'
  rm -f /etc/nixos-containers/*
  systemctl daemon-reload
  systemctl reset-failed
  for _ in $(seq 100); do
    left=$(leftovers)
    [ -n "$left" ] || return 0
    sleep 0.1
  done
  printf 'left over:\n%s\n' "$left"
  return 1
}

# run_test NAME FILE
run_test() {
  test_start=$(date '+%F %T.%6N')
  # Not to standard error, which some of them look at.
  exec {trace}>&1
  BASH_XTRACEFD=$trace
  # shellcheck disable=SC1090
  . "./$2"
  set -x
  "$1"
  set +x
  # Tests of the boot look at one and the same state.
  case $1 in boot_*) ;; *) leave_nothing_behind ;; esac
}

# Whatever a test that has failed leaves must not fail those that follow.
clean_up() {
  set +e
  (set -e; leave_nothing_behind) >/dev/null 2>&1
  systemctl stop NetworkManager dhcpcd networking 2>/dev/null
  rm -rf /run/udev/rules.d
  pkill -KILL systemd-nspawn
  awk '$2 ~ "^/(etc|nix|usr|var/lib)$" {print $2}' /proc/self/mounts | xargs -r umount --lazy --recursive
  awk '$2 ~ "^/run/(systemd/nspawn|nixos-containers)/" {print $2}' /proc/self/mounts | xargs -rn1 umount
  ip netns list | awk '{print $1}' | xargs -rn1 ip netns delete
  ip -o link | awk -F'[ :@]+' '$2 != "lo" {print $2}' | xargs -rn1 ip link delete 2>/dev/null
  nft flush ruleset
  rm -rf /run/nixos-containers/* /run/nixos-containers/.#* $records /sys/fs/bpf/nixos-container-generator
  set -e
}

[ "${BASH_SOURCE[0]}" = "$0" ] || return 0

long='# Those that follow are only in "make check-long".'
tests=() files=()
for argument; do
  case $argument in
    *.sh)
      file=$argument
      found=$(sed -n -e "${SHORT:+/^$long\$/q;}" -e 's/^\([a-z0-9][a-z0-9_]*\)() {.*/\1/p' "$file")
      [ -n "$found" ] || [ -z "${SHORT-}" ] || continue
      ;;
    *) file=$(grep -l "^$argument() {" -- *.sh) found=$argument ;;
  esac
  [ -n "$found" ] || { echo "not ok $argument: there is no test in it"; exit 1; }
  for test in $found; do tests+=("$test") files+=("$file"); done
done

# Only the tests of the boot want what it has started.
case ${tests[0]-} in boot_*) ;; *) leave_nothing_behind ;; esac

passed=0 failed=0 skipped=0
for i in "${!tests[@]}"; do
  test=${tests[i]} started=$(date '+%F %T.%6N') began=${EPOCHREALTIME/./}
  set +e
  (set -e; run_test "$test" "${files[i]}") >/tmp/output 2>&1
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
    case $test in boot_*) ;; *) clean_up ;; esac
  fi
done
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
