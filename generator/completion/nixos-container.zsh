#compdef nixos-container
# SPDX-License-Identifier: MIT
# Completion of nixos-container(8) for zsh.

_nixos_container_names() {
  local -a names
  names=(${(f)"$(_call_program names nixos-container list 2>/dev/null)"})
  _describe -t names container names
}

_nixos_container_verbs() {
  local -a verbs
  verbs=(
    'list:list the containers'
    'status:say whether a container is up, down or gone'
    'start:start containers, and wait until they are up'
    'stop:shut containers down, and wait until they are'
    'restart:stop containers and start them as they are declared now'
    'terminate:stop a container by way of systemd-machined'
    'login:get a prompt for name and password'
    'root-login:get a shell of root'
    'run:run a command as root'
    "show-ip:print a container's address"
    "show-host-key:print the public key of a container's SSH server"
    'logs:show what a container has logged'
    'check:say what is wrong with what is declared'
    'plan:say what apply would do, and why'
    'apply:bring the containers that run to what is declared'
    "create:make a container that NixOS's configuration does not have"
    'update:give a container of create another system'
    'destroy:delete a container of create with all its files'
  )
  _describe -t verbs verb verbs
}

_nixos_container() {
  local curcontext=$curcontext state line
  local -a build
  build=(
    '--config=[options of NixOS for its configuration]:options'
    '--config-file=[a NixOS module with its configuration]:file:_files'
    '--flake=[build a configuration of a flake]:flake:_files -/'
    '--nixos-path=[the NixOS to build with]:path:_files'
    '--system-path=[a system that is built already]:system:_files -/'
    '--refresh[have Nix fetch what it has cached anew]'
  )

  _arguments -C '(- *)--help[show what is to know]' '(- *)--version[show the version]' \
    '1:verb:_nixos_container_verbs' '*::argument:->arguments' && return 0
  [[ $state == arguments ]] || return 1

  case $words[1] in
    start | stop | restart) _arguments '--help[show what is to know]' '*:container:_nixos_container_names' ;;
    status | terminate | login | root-login | show-ip | show-host-key)
      _arguments '--help[show what is to know]' '1:container:_nixos_container_names'
      ;;
    list) _arguments '--help[show what is to know]' '--json[print all that is known of them]' ;;
    check) _arguments '--help[show what is to know]' '*:manifest:_files' ;;
    plan)
      _arguments '--help[show what is to know]' '--json[print it for programs]' '--none[as if no container were declared]' \
        '*:manifest:_files'
      ;;
    apply)
      _arguments '--help[show what is to know]' '--at-switch[for a switch of NixOS]' \
        '--before-switch[for a switch from the module of NixOS]' '--none[as if no container were declared]'
      ;;
    run) _arguments '--help[show what is to know]' '1:container:_nixos_container_names' '2:separator:(--)' '*:::command: _normal' ;;
    logs)
      _arguments '--help[show what is to know]' '1:container:_nixos_container_names' '(-f --follow)'{-f,--follow}'[follow]' \
        '(-n --lines=)'{-n,--lines=}'[the number of lines]:lines' '--since=[from when on]:time' '--until=[up to when]:time' \
        '(-b --boot)'{-b,--boot}'[of this boot]' '--no-pager[show all at once]'
      ;;
    update) _arguments $build '--help[show what is to know]' '1:container:_nixos_container_names' ;;
    create)
      _arguments $build '--help[show what is to know]' '1:new name' \
        '--ensure-unique-name[append a number that makes the name a new one]' '--auto-start[start it when the host boots]' \
        '--bridge=[put the link into a bridge]:bridge:_net_interfaces' '*--port=[forward a port of the host]:port' \
        "--host-address=[the host's address on the link]:address" '--local-address=[its own address]:address' \
        '--use-host-network[have no network of its own]'
      ;;
    destroy) _arguments '--help[show what is to know]' '--yes[do not ask]' '1:container:_nixos_container_names' ;;
  esac
}

_nixos_container "$@"
