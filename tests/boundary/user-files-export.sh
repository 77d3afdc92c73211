# SPDX-License-Identifier: MIT
# Has a user of the host run a program as root, that has a set-user-ID bit, from where systemd-nspawn lets it leave sockets for the host.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
promise="No user of the host can reach what a container writes below its rootfs, profiles and GC roots."
containers='users plain'
attempt() {
  cp /bin/true /run/host/unix-export/tool
  chmod 4755 /run/host/unix-export/tool
}
reached() {
  cmp /bin/true "/run/systemd/nspawn/unix-export/$name/tool"
  anybody "/run/systemd/nspawn/unix-export/$name/tool" || return 1
}
without() { mount -o remount,bind,exec,suid "/run/systemd/nspawn/unix-export/$name"; }
clean_up() {
  inside "$name" rm -f /run/host/unix-export/tool
  mount -o remount,bind,ro,noexec,nosuid "/run/systemd/nspawn/unix-export/$name"
}
