# SPDX-License-Identifier: MIT
# Gives the host a default route and addresses, by router advertisements on another link to it.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
# shellcheck source=tests/boundary/advertisement.sh
. ./advertisement.sh
promise="Its packets cannot change the host's addresses, routes or neighbours, or determine their own route."
prepare() { link=x-$name; }
host_link() { echo "x-$name"; }
