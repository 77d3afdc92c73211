# SPDX-License-Identifier: MIT
# Has the removal of its root directory, which is one for a while, remove what the host has behind a link.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
# shellcheck source=tests/boundary/start.sh
. ./start.sh
promise="A start creates, mounts and changes owners only inside the container, whatever its rootfs contains."
containers=ephemeral
short=yes
place='link'
prepare() {
  mkdir -p /srv/outside
  touch /srv/outside/precious
}
attempt() { ln -sfn /srv/outside "/$place"; }
reached() { [ ! -e /srv/outside/precious ]; }
without() {
  host_does() { find -L "/run/nixos-containers/$name" -name precious -delete; }
}
clean_up() { rm -rf /srv/outside; }
