#compdef nixos-container
# SPDX-License-Identifier: MIT
# Completion of nixos-container(8) for zsh.

# Those of this host: asking another one may take long, or for a password.
_nixos_container_names() {
  local -a names
  ((!$+opt_args[-H] && !$+opt_args[--host])) || return 1
  names=(${(f)"$(_call_program names nixos-container list 2>/dev/null)"})
  _describe -t names container names
}

_nixos_container_verbs() {
  local -a verbs
  verbs=(
    'list:list containers'
    'status:print whether a container is up, down or gone'
    'start:start containers and wait until they are up'
    'stop:shut down containers and wait until they are down'
    'restart:restart containers with their declared configuration'
    'terminate:terminate a container with systemd-machined'
    'login:open a login prompt in a container'
    'root-login:open a root shell in a container'
    'run:run a command as root in a container'
    "show-ip:print a container's IP address"
    "show-host-key:print a container's public SSH host key"
    "logs:show a container's log"
    'check:check manifests for errors and warnings'
    'plan:show what apply would change, and why'
    'apply:apply the declared configuration to running containers'
    'create:create an imperative container'
    'update:change the system of an imperative or separately deployed container'
    'generations:list the systems that a container can return to'
    'rollback:return to an earlier system of a container'
    'edit:edit the manifest of an imperative container'
    'destroy:delete an imperative container and all its files'
  )
  _describe -t verbs verb verbs
}

_nixos_container() {
  local curcontext=$curcontext state line
  local -a build host
  host=('(-H --host)'{-H,--host=}'[run the verb on another host]:host:_user_at_host')
  build=(
    '--config=[NixOS options of the container]:options'
    '--config-file=[NixOS module of the container]:file:_files'
    '--flake=[build a configuration of a flake]:flake:_files -/'
    '--nixos-path=[NixOS to build with]:path:_files'
    '--system-path=[use an existing system]:system:_files -/'
    '--refresh[let Nix refresh its download cache]'
  )

  _arguments -C $host '(- *)--help[show the help]' '(- *)--version[show the version]' \
    '1:verb:_nixos_container_verbs' '*::argument:->arguments' && return 0
  [[ $state == arguments ]] || return 1

  case $words[1] in
    start | stop | restart) _arguments $host '--help[show the help]' '*:container:_nixos_container_names' ;;
    terminate | login | root-login | show-ip | show-host-key | generations)
      _arguments $host '--help[show the help]' '1:container:_nixos_container_names'
      ;;
    status) _arguments $host '--help[show the help]' '--json[print all details as JSON]' '1:container:_nixos_container_names' ;;
    list) _arguments $host '--help[show the help]' '--json[print all details as JSON]' ;;
    check) _arguments $host '--help[show the help]' '*:manifest:_files' ;;
    plan)
      _arguments $host '--help[show the help]' '--json[print as JSON]' '--none[act as if no containers were declared]' \
        '*:manifest:_files'
      ;;
    apply)
      _arguments $host '--help[show the help]' '--at-switch[run by a NixOS switch]' \
        '--before-switch[run before switching from the module of NixOS]' '--none[act as if no containers were declared]'
      ;;
    run) _arguments $host '--help[show the help]' '1:container:_nixos_container_names' '2:separator:(--)' '*:::command: _normal' ;;
    logs)
      _arguments $host '--help[show the help]' '1:container:_nixos_container_names' '(-f --follow)'{-f,--follow}'[follow]' \
        '(-n --lines=)'{-n,--lines=}'[number of lines]:lines' '--since=[start time]:time' '--until=[end time]:time' \
        '(-b --boot)'{-b,--boot}'[current boot only]' '--no-pager[do not use a pager]'
      ;;
    update)
      _arguments $build $host '--check=-[return to the old system if units fail]::time' '--keep=[number of generations to keep]:number' '--help[show the help]' '1:container:_nixos_container_names'
      ;;
    rollback)
      _arguments $host '--check=-[return to the old system if units fail]::time' '--to=[number of the generation]:number' '--help[show the help]' '1:container:_nixos_container_names'
      ;;
    create)
      _arguments $build $host '--help[show the help]' '1:new name' \
        '--ensure-unique-name[append a number that makes the name unique]' '--auto-start[start the container when the host boots]' \
        '--bridge=[attach the link to a bridge]:bridge:_net_interfaces' '*--port=[forward a host port]:port' \
        "--host-address=[address of the host's end of the link]:address" '--local-address=[address of the container]:address' \
        '--use-host-network[use the host network]' '*--bind=[mount a directory or file of the host]:path:_files' \
        '*--set[set any option of the manifest]:option=value'
      ;;
    edit) _arguments $host '--help[show the help]' '--apply[apply the changes]' '1:container:_nixos_container_names' ;;
    destroy) _arguments $host '--help[show the help]' '--yes[do not ask for confirmation]' '1:container:_nixos_container_names' ;;
  esac
}

_nixos_container "$@"
