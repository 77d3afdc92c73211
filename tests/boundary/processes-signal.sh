# SPDX-License-Identifier: MIT
# Sends a signal to a process of the host, by its number and by its name.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
promise="It cannot signal, trace or share memory with processes of the host, or leave its control group."
containers='users plain'
given=process
prepare() {
  rm -f /tmp/signalled
  bash -c 'trap "touch /tmp/signalled" WINCH; while sleep 0.1; do :; done; : the-host' &
  process=$!
}
attempt() {
  may_fail kill -WINCH "$process"
  may_fail pkill -WINCH -f the-host
  sleep 0.3
}
reached() {
  kill "$process"
  [ -e /tmp/signalled ]
}
without() {
  name=plain
  enter_without pid
}
