# SPDX-License-Identifier: MIT
# Has a start lead the host to its own journal for that of another container, whose machine ID it has taken.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
promise="Its machine ID cannot replace the journal of another container or the host."
containers='plain users'
others=victim
# shellcheck source=tests/boundary/start.sh
. ./start.sh
containers='plain users'
given=id
prepare() {
  mkdir -p /var/log/journal
  restart victim
  id=$(cat "$(root_of victim)/etc/machine-id")
  link=/var/log/journal/$id
  own=$(cat "$(root_of "$name")/etc/machine-id")
}
attempt() {
  umount /etc/machine-id 2>/dev/null || true
  rm -f /etc/machine-id
  echo "$id" >/etc/machine-id
}
reached() { [ "$(readlink "$link")" != "$(root_of victim)$link" ]; }
clean_up() {
  systemctl stop "container@$name"
  echo "$own" >"$(root_of "$name")/etc/machine-id"
}
