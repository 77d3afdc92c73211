# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2317
# What bash reads ($BASH_ENV) before the script that starts NixOS's firewall, which runs iptables(8) for a hundred times: in a container that
# has no rules yet, its rules are collected, and loaded by one iptables-restore(8) for IPv4 and one for IPv6. What cannot be collected is run,
# after what has been collected until then; and if that fails to load, the script is run again as it is.
unset BASH_ENV
if [ "${0##*/}" = firewall-start ] && [ -z "$(iptables-save 2>&1 && ip6tables-save 2>&1)" ]; then
  declare -A firewall_tables=() # by "PROGRAM TABLE", their rules in lines
  firewall_program=("$0" "$@")
  exec {firewall_errors}>&2

  firewall_load() {
    local program key
    unset -f iptables ip6tables
    trap - EXIT
    for program in iptables ip6tables; do
      for key in "${!firewall_tables[@]}"; do
        [ "${key% *}" != $program ] || printf '*%s\n%sCOMMIT\n' "${key#* }" "${firewall_tables[$key]}"
      done | "$program-restore" --wait --noflush || exec "${firewall_program[@]}" 2>&"$firewall_errors"
    done
  }

  # firewall_rule PROGRAM ARGUMENT…
  firewall_rule() {
    local program=$1 command=("$@") table=filter arguments=() rule
    while shift && [ $# -gt 0 ]; do
      case $1 in
        -w | --wait) ;;
        -t | --table) table=$2 && shift ;;
        *) arguments+=("$1") ;;
      esac
    done
    case ${arguments[*]} in
      *[\"\\]* | *$'\n'*) ;;
      -[NAI]\ *)
        printf -v rule '"%s" ' "${arguments[@]}"
        firewall_tables[$program $table]+=$rule$'\n'
        return
        ;;
      -[DFX]\ *)
        # There is nothing yet in that table.
        if [ -z "${firewall_tables[$program $table]-}" ]; then return 1; fi
        ;;
    esac
    firewall_load
    "${command[@]}"
  }

  iptables() { firewall_rule iptables "$@"; }
  ip6tables() { firewall_rule ip6tables "$@"; }
  trap firewall_load EXIT
fi
