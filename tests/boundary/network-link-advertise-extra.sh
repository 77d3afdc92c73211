# SPDX-License-Identifier: MIT
# Gives the host a default route and addresses, by router advertisements on another link to it.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
# shellcheck source=tests/boundary/advertisement.sh
. ./advertisement.sh
promise="No packet from it changes addresses, routes or neighbours of the host, or is passed on by a way that it names."
prepare() { link=x-$name; }
host_link() { echo "x-$name"; }
