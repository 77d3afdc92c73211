# SPDX-License-Identifier: MIT
# Has a command wait for it, by a pipe in the place of its host key.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
promise="No start, stop, switch or command waits for it without a limit."
containers='users plain'
attempt() {
  mkdir -p /etc/ssh
  rm -f /etc/ssh/ssh_host_ed25519_key.pub
  mkfifo /etc/ssh/ssh_host_ed25519_key.pub
}
shown=(nixos-container show-host-key)
reached() {
  local status=0
  timeout 5 "${shown[@]}" "$name" || status=$?
  [ $status = 124 ]
}
# shellcheck disable=SC2016
without() { shown=(sh -c 'cat "/var/lib/nixos-containers/$1/etc/ssh/ssh_host_ed25519_key.pub"' sh); }
clean_up() { rm -rf "/var/lib/nixos-containers/$name/etc/ssh"; }
