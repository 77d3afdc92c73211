# SPDX-License-Identifier: MIT
# Has the kernel make a map of BPF, which programs in it use.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
promise="It cannot change the host's kernel settings, name or clock, or load modules."
containers='users'
attempt() {
  rm -f /root/reached
  # BPF_MAP_CREATE of bpf(2): an array with an element
  # shellcheck disable=SC2016
  perl -e 'my $map = pack("L4", 2, 4, 4, 1) . "\0" x 112; open(my $f, ">", "/root/reached") if syscall(321, 0, $map, 128) >= 0'
}
reached() { [ -e "/var/lib/nixos-containers/$name/root/reached" ]; }
without() {
  name=plain
  enter_without
}
