# SPDX-License-Identifier: MIT
# Has a command print what clears the administrator's terminal, as its host key.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
promise="Commands run in it get no terminal or file of the administrator, and no text printed from it controls one."
containers='users plain'
attempt() {
  mkdir -p /etc/ssh
  printf 'ssh-ed25519 AAAA\033[2Jhost\n' >/etc/ssh/ssh_host_ed25519_key.pub
}
shown() { nixos-container show-host-key "$name"; }
reached() { shown | tee /tmp/shown | grep -a $'\033'; }
without() { shown() { cat "/var/lib/nixos-containers/$name/etc/ssh/ssh_host_ed25519_key.pub"; }; }
clean_up() { rm -rf "/var/lib/nixos-containers/$name/etc/ssh/ssh_host_ed25519_key.pub"; }
