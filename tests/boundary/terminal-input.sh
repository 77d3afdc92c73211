# SPDX-License-Identifier: MIT
# Pushes a character into what the administrator who runs it has typed.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
# shellcheck source=tests/boundary/terminal.sh
. ./terminal.sh
promise="Commands run in it get no terminal or file of the administrator, and no text printed from it controls one."
if [ "$(cat /proc/sys/dev/tty/legacy_tiocsti)" != 1 ]; then
  echo "this kernel lets nobody push characters"
  exit 77
fi
prepare() { rm -f /tmp/typed; }
# shellcheck disable=SC2016
afterwards='bash -c "read -r -t 2 typed; echo \$typed >/tmp/typed"'
attempt() {
  # TIOCSTI, ioctl_tty(2)
  # shellcheck disable=SC2016
  may_fail perl -e 'for my $c (split //, "pushed\n") { ioctl(STDERR, 0x5412, $c) or exit 1 }'
}
reached() { grep pushed /tmp/typed; }
