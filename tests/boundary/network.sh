# SPDX-License-Identifier: MIT
# For attempts that send datagrams: somebody listens, and has heard $heard or not.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317

# listens COMMAND…: has all that comes to port 7000, and to no other, written down, by what stands behind COMMAND.
listens() {
  rm -f /tmp/heard
  "$@" timeout 60 socat -u UDP6-RECV:7000,ipv6only=0,reuseaddr OPEN:/tmp/heard,creat,append &
  listener=$!
  wait_until 10 listening "$@"
}
listening() { "$@" ss --no-header --udp --listening --numeric | grep -q ':7000 '; }
no_longer_listens() {
  kill "${listener:-0}" 2>/dev/null || true
  rm -f /tmp/heard
}
has_heard() {
  sleep 0.5
  grep -x "$1" /tmp/heard
}

# Takes the restricted container out of those that are, and opens its link, which is closed without rules. "rules" undoes that.
open_restricted() {
  nft -f - <<'NFT'
delete element inet nixos-containers restricted { "ve-restricted" }
add rule inet nixos-containers untrusted iifname "ve-restricted" meta pkttype set host
add rule inet nixos-containers admitted oifname "ve-restricted" meta mark set meta mark or 0x1000000
NFT
}
