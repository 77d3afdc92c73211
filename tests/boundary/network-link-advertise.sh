# SPDX-License-Identifier: MIT
# Gives the host a default route and addresses, by router advertisements on its link.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
# shellcheck source=tests/boundary/advertisement.sh
. ./advertisement.sh
promise="Its packets cannot change the host's addresses, routes or neighbours, or determine their own route."
link=eth0
host_link() { echo "ve-$name"; }
