# SPDX-License-Identifier: MIT
# Connects to an abstract socket of the host.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
promise="With its own network, it cannot reach listeners on the host's 127.0.0.1 or abstract sockets."
containers='users plain'
prepare() {
  rm -f /tmp/heard
  timeout 60 socat -u ABSTRACT-LISTEN:the-host OPEN:/tmp/heard,creat,append &
  listener=$!
  wait_until 10 grep -q @the-host /proc/net/unix
}
attempt() { may_fail sh -c 'echo reached | socat -u - ABSTRACT-CONNECT:the-host'; }
reached() {
  sleep 0.3
  grep -x reached /tmp/heard
}
clean_up() { kill "$listener" 2>/dev/null || true; }
without() {
  name=plain
  enter_without net
}
