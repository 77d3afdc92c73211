# SPDX-License-Identifier: MIT
# Completion of nixos-container(8) for bash.
# shellcheck shell=bash disable=SC2207

# What may follow, for the option that stands before the word: files, or nothing that is known.
_nixos_container_value() {
  case $1 in
    --config-file | --nixos-path | --system-path | --flake | --bind)
      compopt -o filenames 2>/dev/null
      COMPREPLY=($(compgen -f -- "$2"))
      ;;
    --bridge) COMPREPLY=($(compgen -W "$(cd /sys/class/net && echo */)" -- "$2") ) && COMPREPLY=("${COMPREPLY[@]%/}") ;;
    -H | --host) COMPREPLY=($(compgen -A hostname -- "$2")) ;;
    --config | --port | --host-address | --local-address | --set | --keep | --check) COMPREPLY=() ;;
    --to) COMPREPLY=($(compgen -W "$(nixos-container generations "${COMP_WORDS[2]}" 2>/dev/null | awk 'NR > 1 { print $1 }')" -- "$2")) ;;
    *) return 1 ;;
  esac
}

# Prints where the verb is, or would be, after options -H. bash takes hosts such as root@host:22 apart.
_nixos_container_verb() {
  local i=1
  while [ $i -lt "$COMP_CWORD" ]; do
    case ${COMP_WORDS[i]} in
      -H | --host) ((i++)) ;;
      -H*) ;;
      *) break ;;
    esac
    [ "${COMP_WORDS[i]-}" != = ] || ((i++))
    while ((++i < COMP_CWORD)) && [[ ${COMP_WORDS[i - 1]} == *[@:[] || ${COMP_WORDS[i]} == [@:,]* || ${COMP_WORDS[i]} == []] ]]; do :; done
  done
  echo $i
}

# The names of this host's containers: asking another one may take long, or for a password.
_nixos_container_names() {
  [[ " ${COMP_WORDS[*]} " == *' -H'* || " ${COMP_WORDS[*]} " == *' --host '* ]] || compgen -W "$(nixos-container list 2>/dev/null)" -- "$1"
}

_nixos_container() {
  local verbs='list status start stop restart terminate login root-login run show-ip show-host-key logs check plan apply
    create update generations rollback edit destroy'
  local build='--config= --config-file= --flake= --nixos-path= --system-path= --refresh'
  local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} options='' operands='' verb place
  COMPREPLY=()

  # bash takes --option=value apart.
  if [ "$word" = = ]; then word=; elif [ "$previous" = = ]; then previous=${COMP_WORDS[COMP_CWORD - 2]}; fi
  _nixos_container_value "$previous" "$word" && return
  # Counted from the verb.
  place=$((COMP_CWORD - $(_nixos_container_verb)))
  if [ $place -le 0 ]; then
    COMPREPLY=($(compgen -W "$verbs -H --host= --help --version" -- "$word"))
    [[ ${COMPREPLY[0]-} == *= ]] && compopt -o nospace 2>/dev/null
    return 0
  fi
  verb=${COMP_WORDS[COMP_CWORD - place]}

  case $verb in
    start | stop | restart) operands=names ;;
    terminate | login | root-login | show-ip | show-host-key | generations) operands=name ;;
    status) operands=name options=--json ;;
    update) operands=name options="$build --check --check= --keep=" ;;
    rollback) operands=name options='--check --check= --to=' ;;
    edit) operands=name options=--apply ;;
    destroy) operands=name options=--yes ;;
    create)
      options="$build --ensure-unique-name --auto-start --bridge= --port= --host-address= --local-address= --use-host-network
        --bind= --set"
      ;;
    list) options=--json ;;
    plan) operands=files options='--json --none' ;;
    check) operands=files ;;
    apply) options='--at-switch --before-switch --none' ;;
    logs) operands=name options='--follow --lines= --since= --until= --grep= --output= --boot --no-pager' ;;
    run)
      if [ $place -eq 2 ]; then
        COMPREPLY=(--)
        return
      fi
      operands=name
      ;;
    *) return ;;
  esac
  if [[ $word == -* ]]; then
    COMPREPLY=($(compgen -W "$options -H --host= --help" -- "$word"))
    [[ ${COMPREPLY[0]-} == *= ]] && compopt -o nospace 2>/dev/null
    return 0
  fi
  case $operands in
    name) [ $place -gt 1 ] || COMPREPLY=($(_nixos_container_names "$word")) ;;
    names) COMPREPLY=($(_nixos_container_names "$word")) ;;
    files)
      compopt -o filenames 2>/dev/null
      COMPREPLY=($(compgen -f -- "$word"))
      ;;
  esac
}

complete -F _nixos_container nixos-container
