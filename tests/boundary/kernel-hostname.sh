# SPDX-License-Identifier: MIT
# Gives the host another name.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
promise="It cannot change the host's kernel settings, name or clock, or load modules."
containers='users plain'
attempt() { hostname reached; }
reached() { hostname | grep -x reached; }
without() {
  name=plain
  enter_without uts
}
prepare() { before=$(hostname); }
clean_up() { hostname "$before"; }
