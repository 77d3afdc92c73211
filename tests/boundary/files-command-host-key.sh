# SPDX-License-Identifier: MIT
# Has a command print a file of the host as its host key, by a link.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
promise="No nixos-container command follows a link in its rootfs, or reads anything but regular files there."
containers='users plain'
short=yes
prepare() { echo 'ssh-ed25519 reached' >/srv/secret; }
attempt() {
  mkdir -p /etc/ssh
  ln -sf /srv/secret /etc/ssh/ssh_host_ed25519_key.pub
}
shown() { nixos-container show-host-key "$name"; }
reached() { shown | grep reached; }
without() { shown() { cat "/var/lib/nixos-containers/$name/etc/ssh/ssh_host_ed25519_key.pub"; }; }
clean_up() { rm -rf "/var/lib/nixos-containers/$name/etc/ssh/ssh_host_ed25519_key.pub" /srv/secret; }
