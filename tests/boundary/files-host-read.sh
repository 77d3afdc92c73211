# SPDX-License-Identifier: MIT
# Reads a file of the host, by all ways that could lead there.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
promise="It cannot read or write files of the host other than its bind mounts, or mount anything there."
containers='users plain'
prepare() {
  echo the-host-s >/srv/secret
  rm -f /srv/shared/found
}
attempt() {
  cat /srv/secret /srv/shared/../secret /proc/1/root/srv/secret /run/host/srv/secret /proc/self/cwd/../srv/secret >/srv/shared/found 2>/dev/null || true
}
reached() { grep the-host-s /srv/shared/found; }
without() {
  name=plain
  enter_without mount
}
clean_up() { rm -f /srv/secret /srv/shared/found; }
