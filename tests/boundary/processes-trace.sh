# SPDX-License-Identifier: MIT
# Reads what a process of the host has in its environment.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
promise="It cannot signal, trace or share memory with processes of the host, or leave its control group."
containers='users plain'
given=process
prepare() {
  rm -f /srv/shared/found
  SECRET=the-host-s sleep 300 &
  process=$!
}
attempt() { grep --text --no-messages -o 'SECRET=[a-z-]*' "/proc/$process/environ" /proc/[0-9]*/environ >/srv/shared/found || [ $? -lt 3 ]; }
reached() {
  kill "$process"
  grep SECRET=the-host-s /srv/shared/found
}
without() {
  name=plain
  enter_without pid mount
}
clean_up() { rm -f /srv/shared/found; }
