# SPDX-License-Identifier: MIT
# Waits for another machine to connect to a forwarded port that is not open to it.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
# shellcheck source=tests/boundary/network.sh
. ./network.sh
promise="It reaches forwarded ports only with openFirewall, and no ports of localhost or restricted containers."
containers='victim'
attempt() { [ "$(systemctl is-active nginx)" = active ]; }
reached() { from_other curl --silent --max-time 2 http://172.16.0.1:8082/ | grep 'It works!'; }
without() { nft add element inet nixos-containers open4 '{ tcp . 8082 : 10.0.0.6 . 80 }'; }
clean_up() { nft delete element inet nixos-containers open4 '{ tcp . 8082 }' 2>/dev/null || true; }
