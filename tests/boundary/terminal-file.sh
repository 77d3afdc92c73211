# SPDX-License-Identifier: MIT
# Empties the file that the administrator who runs it has its output appended to.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
# shellcheck source=tests/boundary/terminal.sh
. ./terminal.sh
# By its root with users of its own, a file of the host could not be opened again.
containers='plain users'
promise="Commands run in it get no terminal or file of the administrator, and no text printed from it controls one."
prepare() { echo before >/tmp/log; }
entering=">>/tmp/log nixos-container run %s --"
attempt() { may_fail sh -c ': >/proc/self/fd/1'; }
reached() { ! grep before /tmp/log; }
without() { entering=">>/tmp/log nsenter --all --target $(machinectl show -P Leader "$name") --"; }
