# SPDX-License-Identifier: MIT
# Has the host tell it that an address which the host has elsewhere is to be reached here.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
# shellcheck source=tests/boundary/arp.sh
. ./arp.sh
promise="Its packets cannot change the host's addresses, routes or neighbours, or determine their own route."
address=172.16.0.1 setting=arp_ignore held=1 open=0
