# SPDX-License-Identifier: MIT
# Writes a setting of the kernel, that is the host's.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
promise="It cannot change the host's kernel settings, name or clock, or load modules."
containers='users plain'
prepare() { sysctl -qw fs.lease-break-time=45; }
attempt() { may_fail sh -c 'echo 46 >/proc/sys/fs/lease-break-time'; }
reached() { [ "$(sysctl -n fs.lease-break-time)" = 46 ]; }
without() {
  name=plain
  inside plain mount -o remount,bind,rw /proc/sys
}
clean_up() {
  inside "$name" mount -o remount,bind,ro /proc/sys || true
  sysctl -qw fs.lease-break-time=45
}
