# SPDX-License-Identifier: MIT
# Has the host's service manager run something, as root there may.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
promise="It reaches neither the host's D-Bus nor its service manager, which accepts only its readiness and status."
containers='users plain'
prepare() { rm -f /srv/reached; }
attempt() {
  systemd-run --quiet touch /srv/reached
  sleep 0.5
}
reached() { [ -e /srv/reached ]; }
# Its socket, and who is at the other end of it.
without() {
  name=plain
  enter_without mount pid
}
clean_up() { rm -f /srv/reached; }
