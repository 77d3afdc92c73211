# SPDX-License-Identifier: MIT
# Has the kernel swap to a file that is none.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
promise="It cannot change the host's kernel settings, name or clock, or load modules."
containers='users'
attempt() {
  rm -f /root/reached
  # swapon(2): EPERM, or ENOENT of who may
  # shellcheck disable=SC2016
  perl -e 'my $path = "/nothing"; syscall(167, $path, 0); open(my $f, ">", "/root/reached") if $!{ENOENT}'
}
reached() { [ -e "/var/lib/nixos-containers/$name/root/reached" ]; }
without() {
  name=plain
  enter_without
}
