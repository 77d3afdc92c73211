# SPDX-License-Identifier: MIT
# Reads the kernel's log.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
promise="It cannot change the host's kernel settings, name or clock, or load modules."
containers='users'
attempt() {
  rm -f /root/reached
  # SYSLOG_ACTION_READ_ALL of syslog(2)
  # shellcheck disable=SC2016
  perl -e 'my $buffer = "\0" x 4096; open(my $f, ">", "/root/reached") if syscall(103, 3, $buffer, 4096) > 0'
}
reached() { [ -e "/var/lib/nixos-containers/$name/root/reached" ]; }
without() {
  name=plain
  enter_without
}
