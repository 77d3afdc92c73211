# SPDX-License-Identifier: MIT
# Sets the clock, to what it says.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
promise="It cannot change the host's kernel settings, name or clock, or load modules."
containers='users'
attempt() {
  rm -f /root/reached
  # adjtimex(2), which says what the status is, and then with ADJ_STATUS
  # shellcheck disable=SC2016
  perl -e '
    my $buffer = "\0" x 208;
    exit if syscall(159, $buffer) < 0;
    substr($buffer, 0, 4) = pack("L", 0x10);
    open(my $f, ">", "/root/reached") if syscall(159, $buffer) >= 0;'
}
reached() { [ -e "/var/lib/nixos-containers/$name/root/reached" ]; }
without() {
  name=plain
  enter_without
}
