# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# docker-rules.sh start|stop [ONLINE…] -- [FORWARDED…]: lets packets of containers pass Docker's rules, which close the chain FORWARD of
# iptables(8), or takes that back. ONLINE are the links with internetAccess, FORWARDED those that ports are forwarded to, as patterns of
# iptables. The host's table inet nixos-containers still decides what passes. Docker leaves rules of others in DOCKER-USER:
# docs.docker.com, "Packet filtering and firewalls". A protocol without that chain is left alone.
set -eu -o pipefail
own=nixos-containers
action=$1 online=() forwarded=()
shift
while [ "$1" != -- ]; do online+=("$1") && shift; done
shift
forwarded=("$@")

for program in iptables ip6tables; do
  $program -w -n -L DOCKER-USER >/dev/null 2>&1 || continue
  while $program -w -D DOCKER-USER -j $own 2>/dev/null; do :; done
  $program -w -F $own 2>/dev/null || true
  $program -w -X $own 2>/dev/null || true
  [ "$action" = start ] || continue
  $program -w -N $own
  for link in "${online[@]}"; do
    $program -w -A $own -i "$link" -j ACCEPT
    $program -w -A $own -o "$link" -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
  done
  for link in "${forwarded[@]}"; do
    $program -w -A $own -o "$link" -m conntrack --ctstate DNAT -j ACCEPT
    $program -w -A $own -i "$link" -m conntrack --ctstate DNAT -j ACCEPT
  done
  $program -w -I DOCKER-USER -j $own
done
