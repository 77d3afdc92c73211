# SPDX-License-Identifier: MIT
# Ends a process of another container, by its name and its number.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
promise="It cannot read files or signal processes of another."
containers='users plain'
others=victim
given=process
prepare() {
  inside victim systemd-run --quiet --unit=long-lived --collect sleep 4714
  wait_until 10 pgrep -f 'sleep 4714'
  process=$(pgrep -f 'sleep 4714')
}
attempt() {
  may_fail pkill -f 'sleep 4714'
  may_fail kill "$process"
  sleep 0.5
}
reached() { ! inside victim systemctl --quiet is-active long-lived; }
without() {
  name=plain
  enter_without pid mount
}
clean_up() { inside victim systemctl stop long-lived || true; }
