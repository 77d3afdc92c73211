# SPDX-License-Identifier: MIT
# Flushes all rules of nftables.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
promise="It cannot change links, addresses or rules of the host's network."
containers='users networkless'
attempt() { may_fail nft flush ruleset; }
reached() { ! nft list table inet nixos-containers; }
without() { enter_without net user; }
clean_up() { "$runtime" rules; }
