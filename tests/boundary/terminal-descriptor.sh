# SPDX-License-Identifier: MIT
# Has the terminal of the administrator who runs it, by its descriptors.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
# shellcheck source=tests/boundary/terminal.sh
. ./terminal.sh
promise="Commands run in it get no terminal or file of the administrator, and no text printed from it controls one."
short=yes
afterwards='stat --dereference --format=%d:%i /proc/self/fd/0 >/tmp/terminal'
attempt() {
  local descriptor
  for descriptor in 0 1 2; do
    stat --dereference --format=%d:%i /proc/self/fd/$descriptor
  done >/root/reached
}
reached() { grep -xF -f /tmp/terminal "/var/lib/nixos-containers/$name/root/reached"; }
