# SPDX-License-Identifier: MIT
# Reads what the administrator who runs it has in the environment.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
# shellcheck source=tests/boundary/terminal.sh
. ./terminal.sh
promise="Commands run in it get no terminal or file of the administrator, and no text printed from it controls one."
export SECRET=the-host-s
attempt() { env >/root/reached; }
reached() { grep SECRET= "/var/lib/nixos-containers/$name/root/reached"; }
