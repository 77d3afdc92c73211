# SPDX-License-Identifier: MIT
# Asks the kernel for its keys, which are not of a namespace.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
promise="It cannot change the host's kernel settings, name or clock, or load modules."
containers='users'
attempt() {
  rm -f /root/reached
  # KEYCTL_GET_KEYRING_ID of keyctl(2), for that of the user
  perl -e 'open(my $f, ">", "/root/reached") if syscall(250, 0, -4, 1) >= 0'
}
reached() { [ -e "/var/lib/nixos-containers/$name/root/reached" ]; }
without() {
  name=plain
  enter_without
}
