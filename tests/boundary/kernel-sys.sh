# SPDX-License-Identifier: MIT
# Writes a setting of the kernel in /sys, to what it is.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
promise="It cannot change the host's kernel settings, name or clock, or load modules."
containers='users'
short=yes
attempt() {
  local setting=kernel/mm/transparent_hugepage/khugepaged/pages_to_scan
  rm -f /root/reached
  mkdir -p /mnt
  may_fail mount -t sysfs sysfs /mnt
  may_fail mount -o remount,rw /mnt
  # shellcheck disable=SC2016
  may_fail sh -c 'echo "$(cat /sys/$0)" >/mnt/$0 && touch /root/reached' $setting
  umount /mnt 2>/dev/null || true
}
reached() { [ -e "/var/lib/nixos-containers/$name/root/reached" ]; }
without() { name=plain; }
