# SPDX-License-Identifier: MIT
# Leaves the terminal of the administrator who runs it without echo.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
# shellcheck source=tests/boundary/terminal.sh
. ./terminal.sh
promise="Commands run in it get no terminal or file of the administrator, and no text printed from it controls one."
prepare() { rm -f /tmp/modes; }
afterwards='stty -a >/tmp/modes'
attempt() { may_fail stty -echo; }
reached() { grep -e -echo\\b /tmp/modes; }
