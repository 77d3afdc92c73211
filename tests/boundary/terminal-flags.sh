# SPDX-License-Identifier: MIT
# Has the administrator's own input return at once, by a flag of the file that it is.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
# shellcheck source=tests/boundary/terminal.sh
. ./terminal.sh
promise="Commands run in it get no terminal or file of the administrator, and no text printed from it controls one."
afterwards='grep flags /proc/self/fdinfo/0 >/tmp/flags'
prepare() { rm -f /tmp/flags; }
attempt() {
  # F_SETFL, O_NONBLOCK
  may_fail perl -e 'fcntl(STDIN, 4, 04000) or exit 1'
}
reached() { grep '4...$' /tmp/flags; }
