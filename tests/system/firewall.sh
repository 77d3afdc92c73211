# SPDX-License-Identifier: MIT
# The firewall of NixOS in a container that starts, nixos-module/firewall-at-once.sh: with iptables(8), in network namespaces of their own.
# shellcheck shell=bash disable=SC2016

# Writes a script as NixOS has it, firewall-start: what begins each, and standard input. Its runs of iptables are noted in $PWD/runs.
_write_firewall() {
  local directory program
  directory=$(mktemp -d)
  cd "$directory" || return
  for program in iptables ip6tables; do
    cat >$program <<SCRIPT
#!/bin/bash
echo "$program \$*" >>$PWD/runs
exec /usr/sbin/$program "\$@"
SCRIPT
    chmod +x $program
  done
  cat >firewall-start <<'SCRIPT'
#!/bin/bash -e
ip46tables () {
  iptables -w "$@"
  ip6tables -w "$@"
}
ip46tables -D INPUT -j own 2>/dev/null || true
ip46tables -F own 2>/dev/null || true
ip46tables -X own 2>/dev/null || true
ip46tables -N own
SCRIPT
  cat >>firewall-start
  chmod +x firewall-start
}

# _rules_of [COMMAND…]: the rules that are there after firewall-start in a network namespace, and COMMAND before it, and after that another. Its
# exit status is left in $PWD/status.
_rules_of() {
  : >runs
  unshare --net env "PATH=$PWD:$PATH" at_once="${at_once-}" bash -c '
    "$@"
    status=0
    BASH_ENV=$at_once ./firewall-start || status=$?
    echo $status >status
    iptables-save; ip6tables-save' - "${@:-true}" | sed '/^#/d; s/\[.*//'
}

# _has_same_rules [COMMAND…]: as without what loads them at once.
_has_same_rules() {
  _rules_of "$@" >wanted
  [ "$(cat status)" = 0 ]
  grep -q own wanted
  at_once=/tests/firewall-at-once.sh _rules_of "$@" >had
  [ "$(cat status)" = 0 ]
  diff wanted had
}

a_firewall_is_loaded_at_once_with_the_rules_that_its_script_has() {
  _write_firewall < <(
    cat <<'SCRIPT'
ip46tables -A own -p tcp --dport 80 -j ACCEPT
ip46tables -A own -m comment --comment "two words" -j DROP
ip46tables -t mangle -F other 2>/dev/null || true
ip46tables -t mangle -N other 2>/dev/null || true
ip46tables -t mangle -A PREROUTING -j other
iptables -A own -p icmp -j ACCEPT
ip6tables -A own -p icmpv6 -j ACCEPT
ip46tables -I own 1 -i lo -j ACCEPT
ip46tables -A INPUT -j own
SCRIPT
  )
  _has_same_rules
  [ ! -s runs ]
}

# Those that follow are only in "make check-long".

what_a_firewall_does_beside_adding_rules_is_done_in_its_place() {
  _write_firewall < <(
    cat <<'SCRIPT'
ip46tables -A own -j ACCEPT
iptables -C own -j ACCEPT
ip46tables -D own -j ACCEPT
ip46tables -P FORWARD DROP
ip46tables -A own -j DROP
SCRIPT
  )
  _has_same_rules
  [ "$(head -n 1 runs)" = 'iptables -C own -j ACCEPT' ]
  _write_firewall < <(
    cat <<'SCRIPT'
ip46tables -A own -m comment --comment 'a "quoted\" word' -j DROP
ip46tables -A own -j ACCEPT
SCRIPT
  )
  _has_same_rules
}

a_firewall_that_cannot_be_loaded_at_once_is_loaded_as_ever() {
  _write_firewall < <(
    cat <<'SCRIPT'
ip46tables -A own -j there-is-no-such-chain 2>/dev/null || ip46tables -A own -j DROP
ip46tables -A INPUT -j own
SCRIPT
  )
  _has_same_rules
  grep -x 'iptables -w -A INPUT -j own' runs
  _write_firewall < <(echo 'ip46tables -A own -j there-is-no-such-chain')
  at_once=/tests/firewall-at-once.sh _rules_of >/dev/null
  [ "$(cat status)" != 0 ]
}

a_firewall_that_is_there_is_replaced_by_its_script_alone() {
  _write_firewall < <(
    cat <<'SCRIPT'
ip46tables -A own -j ACCEPT
ip46tables -A INPUT -j own
SCRIPT
  )
  _has_same_rules ./firewall-start
  grep -x 'iptables -w -A INPUT -j own' runs
}
