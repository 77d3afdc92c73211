# SPDX-License-Identifier: MIT
# Connects to a port that is forwarded to another container from localhost alone.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
promise="It reaches no extraVeths of another, no forwarded port of localhost, and no restricted container."
containers='users plain'
others=victim
attempt() {
  rm -f /root/page
  may_fail curl --silent --max-time 2 --output /root/page http://10.0.0.1:8081/
}
reached() { inside "$name" grep 'It works!' /root/page; }
without() { nft add element inet nixos-containers forwards4 '{ tcp . 8081 : 10.0.0.6 . 80 }'; }
clean_up() { nft delete element inet nixos-containers forwards4 '{ tcp . 8081 }' 2>/dev/null || true; }
