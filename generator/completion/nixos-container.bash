# SPDX-License-Identifier: MIT
# Completion of nixos-container(8) for bash.
# shellcheck shell=bash disable=SC2207

# What may follow, for the option that stands before the word: files, or nothing that is known.
_nixos_container_value() {
  case $1 in
    --config-file | --nixos-path | --system-path | --flake)
      compopt -o filenames 2>/dev/null
      COMPREPLY=($(compgen -f -- "$2"))
      ;;
    --bridge) COMPREPLY=($(compgen -W "$(cd /sys/class/net && echo */)" -- "$2") ) && COMPREPLY=("${COMPREPLY[@]%/}") ;;
    --config | --port | --host-address | --local-address) COMPREPLY=() ;;
    *) return 1 ;;
  esac
}

_nixos_container() {
  local verbs='list status start stop restart terminate login root-login run show-ip show-host-key logs check plan apply
    create update destroy'
  local build='--config= --config-file= --flake= --nixos-path= --system-path= --refresh'
  local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} verb=${COMP_WORDS[1]} options='' operands=''
  COMPREPLY=()

  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "$verbs --help --version" -- "$word"))
    return
  fi
  # bash takes --option=value apart.
  if [ "$word" = = ]; then word=; elif [ "$previous" = = ]; then previous=${COMP_WORDS[COMP_CWORD - 2]}; fi
  _nixos_container_value "$previous" "$word" && return

  case $verb in
    start | stop | restart) operands=names ;;
    status | terminate | login | root-login | show-ip | show-host-key) operands=name ;;
    update) operands=name options=$build ;;
    destroy) operands=name options=--yes ;;
    create) options="$build --ensure-unique-name --auto-start --bridge= --port= --host-address= --local-address= --use-host-network" ;;
    list) options=--json ;;
    plan) operands=files options='--json --none' ;;
    check) operands=files ;;
    apply) options='--at-switch --before-switch --none' ;;
    logs) operands=name options='--follow --lines= --since= --until= --grep= --output= --boot --no-pager' ;;
    run)
      if [ "$COMP_CWORD" -eq 3 ]; then
        COMPREPLY=(--)
        return
      fi
      operands=name
      ;;
    *) return ;;
  esac
  if [[ $word == -* ]]; then
    COMPREPLY=($(compgen -W "$options --help" -- "$word"))
    [[ ${COMPREPLY[0]-} == *= ]] && compopt -o nospace 2>/dev/null
    return 0
  fi
  case $operands in
    name) [ "$COMP_CWORD" -gt 2 ] || COMPREPLY=($(compgen -W "$(nixos-container list 2>/dev/null)" -- "$word")) ;;
    names) COMPREPLY=($(compgen -W "$(nixos-container list 2>/dev/null)" -- "$word")) ;;
    files)
      compopt -o filenames 2>/dev/null
      COMPREPLY=($(compgen -f -- "$word"))
      ;;
  esac
}

complete -F _nixos_container nixos-container
