# SPDX-License-Identifier: MIT
# Has the host answer for another machine, to be led to it.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
# shellcheck source=tests/boundary/arp.sh
. ./arp.sh
promise="Its packets cannot change the host's addresses, routes or neighbours, or determine their own route."
address=172.16.0.2 setting=proxy_arp held=0 open=1
