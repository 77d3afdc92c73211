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

# listens_in CONTAINER: in its network.
listens_in() { listens nsenter --net --target "$(machinectl show -P Leader "$1")"; }

reached() { has_heard reached; }
clean_up() {
  no_longer_listens
  "$runtime" rules
}

# open_restricted LINK: takes it out of those that are restricted, and opens it, as it is closed without rules. "rules" undoes that.
open_restricted() {
  nft -f - <<NFT
delete element inet nixos-containers restricted { "$1" }
add rule inet nixos-containers untrusted iifname "$1" meta pkttype set host
add rule inet nixos-containers admitted oifname "$1" meta mark set meta mark or 0x1000000
NFT
}

# address_settings RP_FILTER ACCEPT_LOCAL: what the container's link takes of addresses in IPv4.
address_settings() { sysctl -qw "net.ipv4.conf.ve-$name.rp_filter=$1" "net.ipv4.conf.ve-$name.accept_local=$2"; }
