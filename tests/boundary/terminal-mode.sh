# SPDX-License-Identifier: MIT
# Leaves the terminal of the administrator who runs it without echo.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
# shellcheck source=tests/boundary/terminal.sh
. ./terminal.sh
promise="What is run in it has no terminal or file of the administrator, and no text of it that is printed controls one."
prepare() { rm -f /tmp/modes; }
afterwards='stty -a >/tmp/modes'
attempt() { may_fail stty -echo; }
reached() { grep -e -echo\\b /tmp/modes; }
