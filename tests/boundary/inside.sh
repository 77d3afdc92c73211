# SPDX-License-Identifier: MIT
# inside.sh [--short] [NAME…]: runs inside a host of the tests: the attempts that are named, or all, each with its control. With --short, of those
# that take a short time to control (short=yes).
#
# An attempt is a file beside this one. It says
#   promise       what holds it: a line of SECURITY in nixos-container-generator(8), whose name is how the file's name begins (tests/man)
#   containers    of containers.yaml, in which it is tried; others are started as well, if it needs them
#   attempt       what is done as root inside: it succeeds if it could be tried, whether or not it came to anything (may_fail)
#   reached       on the host: succeeds if the host, or another container, was reached
#   without       on the host: takes out what holds it, for the control, in which "reached" succeeds. It may set $name to try it in another
#                 container, and have "attempt" run otherwise, as by entering
# and may say
#   prepare       on the host, before each try
#   host_does     on the host, after the attempt: what the host does then, as to start the container
#   given         names of variables of prepare, that attempt has too
#   clean_up      on the host, when all is tried: puts back what was taken out, and removes what is left
# $name is the container.
#
# shellcheck shell=bash disable=SC2034,SC2317
set -eu -o pipefail
# shellcheck source=tests/system/inside.sh
. /tests/inside.sh
cd /tests/boundary

# Puts back what containers have of the rules of nftables.
runtime=$store-nixos-container-generator/lib/nixos-container-generator/container-runtime

prepare() { :; }
host_does() { :; }
clean_up() { :; }
# What holds the attempt in the control: $unguarded is there then.
run_inside() { inside "$1" bash -s; }

ensure_running() {
  { set +x; } 2>/dev/null
  local container
  for container; do
    is active "container@$container" || systemctl start "container@$container"
  done
  set -x
}

# What runs inside, as text.
shipped() {
  cat tools.sh
  # shellcheck disable=SC2086
  declare -p name $given
  declare -f attempt
  echo 'set -eu; attempt'
}

# One try, in $name.
try() {
  prepare
  ensure_running "$name"
  shipped | run_inside "$name"
  host_does
}

# enter_without NAMESPACE…: the control is tried as that container's root, but that these of the host's namespaces are not left (mount, uts, ipc,
# net, pid, user, cgroup), and with all that root of the host may: no capability, no system call and no device is taken from it.
enter_without() {
  kept="$*"
  run_inside() {
    { set +x; } 2>/dev/null
    local leader namespace entered=()
    leader=$(machinectl show -P Leader "$1")
    for namespace in mount uts ipc net pid user cgroup; do
      [[ " $kept " != *" $namespace "* ]] || continue
      # One that is the host's own cannot be entered.
      [ "$(readlink "/proc/$leader/ns/${namespace/mount/mnt}")" = "$(readlink "/proc/self/ns/${namespace/mount/mnt}")" ] ||
        entered+=("--$namespace")
    done
    [[ " $kept " == *" mount "* ]] || entered+=(--root --wd)
    set -x
    nsenter --target "$leader" "${entered[@]}" env -i PATH="$PATH" bash -s
  }
}

# anybody COMMAND…: as a user of the host without any rights. setpriv itself still has root's when it executes what it is given.
anybody() { setpriv --reuid=nobody --regid=nogroup --clear-groups env "$@"; }

# restart NAME: as root inside could have it done, by a reboot. Whether it runs then is for the caller to say.
restart() {
  systemctl stop "container@$1"
  systemctl reset-failed "container@$1" 2>/dev/null || true
  systemctl start "container@$1" || true
}

# run_attempt FILE
run_attempt() {
  exec {trace}>&1
  BASH_XTRACEFD=$trace
  set -x
  given=
  # shellcheck disable=SC1090
  . "./$1"
  trap clean_up EXIT
  # shellcheck disable=SC2086,SC2154
  ensure_running $containers ${others-}
  for name in $containers; do
    try
    fails reached
    clean_up
  done
  name=${containers%% *}
  echo "${EPOCHREALTIME/./}" >/tmp/held
  without
  try
  reached
}

# started: those that run now.
started() { systemctl list-units --plain --no-legend --state=active 'container@*' | awk '{print $1}'; }

short=
if [ "${1-}" = --short ]; then short=yes && shift; fi
if [ $# -eq 0 ]; then
  for file in *-*.sh; do
    [ -z "$short" ] || grep -qx short=yes "$file" || continue
    set -- "$@" "${file%.sh}"
  done
fi

write_manifest <containers.yaml
systemctl daemon-reload
mkdir -p /srv/shared /srv/read-only
plug_in_another_machine
test_start=$(date '+%F %T.%6N') passed=0 failed=0 skipped=0
for attempt; do
  began=${EPOCHREALTIME/./} since=$(date '+%F %T.%6N') status=0
  set +e
  (set -e; run_attempt "$attempt.sh") >/tmp/attempt 2>&1
  status=$?
  set -e
  case $status in
    0)
      held=$(cat /tmp/held) ended=${EPOCHREALTIME/./}
      echo "ok $attempt (held in $(((held - began) / 1000)) ms, not held without in $(((ended - held) / 1000)) ms)"
      passed=$((passed + 1))
      ;;
    77) echo "skipped $attempt: $(sed '/^+/d' /tmp/attempt | tail -n 1)" && skipped=$((skipped + 1)) ;;
    *)
      echo "not ok $attempt"
      sed 's/^/    /' /tmp/attempt
      journalctl --sync
      journalctl --boot --no-pager --output=short-monotonic --since "$since" | tail -n 60 | sed 's/^/    | /'
      failed=$((failed + 1))
      ;;
  esac
done
unplug_other_machine
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
