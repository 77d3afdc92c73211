# SPDX-License-Identifier: MIT
# Gives the host a default route and addresses, by router advertisements on its link.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
# shellcheck source=tests/boundary/advertisement.sh
. ./advertisement.sh
promise="No packet from it changes addresses, routes or neighbours of the host, or is passed on by a way that it names."
link=eth0
host_link() { echo "ve-$name"; }
