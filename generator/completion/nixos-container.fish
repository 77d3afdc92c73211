# SPDX-License-Identifier: MIT
# Completion of nixos-container(8) for fish.

function __nixos_container_names
    nixos-container list 2>/dev/null
end

# Whether the name of a container is still to be given.
function __nixos_container_wants_name
    test (count (string match --invert -- '-*' (commandline -opc))) -eq 2
end

set -l verbs list status start stop restart terminate login root-login run show-ip show-host-key logs check plan apply create \
    update destroy
set -l no_verb "not __fish_seen_subcommand_from $verbs"

complete -c nixos-container -f
complete -c nixos-container -n "$no_verb" -l version -d 'Show the version'
complete -c nixos-container -l help -d 'Show what is to know'

complete -c nixos-container -n "$no_verb" -a list -d 'List the containers'
complete -c nixos-container -n "$no_verb" -a status -d 'Say whether a container is up, down or gone'
complete -c nixos-container -n "$no_verb" -a start -d 'Start containers, and wait until they are up'
complete -c nixos-container -n "$no_verb" -a stop -d 'Shut containers down, and wait until they are'
complete -c nixos-container -n "$no_verb" -a restart -d 'Stop containers and start them as they are declared now'
complete -c nixos-container -n "$no_verb" -a terminate -d 'Stop a container by way of systemd-machined'
complete -c nixos-container -n "$no_verb" -a login -d 'Get a prompt for name and password'
complete -c nixos-container -n "$no_verb" -a root-login -d 'Get a shell of root'
complete -c nixos-container -n "$no_verb" -a run -d 'Run a command as root'
complete -c nixos-container -n "$no_verb" -a show-ip -d 'Print a container\'s address'
complete -c nixos-container -n "$no_verb" -a show-host-key -d 'Print the public key of a container\'s SSH server'
complete -c nixos-container -n "$no_verb" -a logs -d 'Show what a container has logged'
complete -c nixos-container -n "$no_verb" -a check -d 'Say what is wrong with what is declared'
complete -c nixos-container -n "$no_verb" -a plan -d 'Say what apply would do, and why'
complete -c nixos-container -n "$no_verb" -a apply -d 'Bring the containers that run to what is declared'
complete -c nixos-container -n "$no_verb" -a create -d 'Make a container that NixOS\'s configuration does not have'
complete -c nixos-container -n "$no_verb" -a update -d 'Give a container of create another system'
complete -c nixos-container -n "$no_verb" -a destroy -d 'Delete a container of create with all its files'

set -l takes_names '__fish_seen_subcommand_from start stop restart'
set -l takes_name '__fish_seen_subcommand_from status terminate login root-login run show-ip show-host-key logs update destroy'
complete -c nixos-container -n "$takes_names" -a '(__nixos_container_names)' -d Container
complete -c nixos-container -n "$takes_name; and __nixos_container_wants_name" -a '(__nixos_container_names)' -d Container

set -l builds '__fish_seen_subcommand_from create update'
complete -c nixos-container -n "$builds" -l config -x -d 'Options of NixOS for its configuration'
complete -c nixos-container -n "$builds" -l config-file -r -F -d 'A NixOS module with its configuration'
complete -c nixos-container -n "$builds" -l flake -r -F -d 'Build a configuration of a flake'
complete -c nixos-container -n "$builds" -l nixos-path -r -F -d 'The NixOS to build with'
complete -c nixos-container -n "$builds" -l system-path -r -F -d 'A system that is built already'
complete -c nixos-container -n "$builds" -l refresh -d 'Have Nix fetch what it has cached anew'

set -l creates '__fish_seen_subcommand_from create'
complete -c nixos-container -n "$creates" -l ensure-unique-name -d 'Append a number that makes the name a new one'
complete -c nixos-container -n "$creates" -l auto-start -d 'Start it when the host boots'
complete -c nixos-container -n "$creates" -l bridge -x -a '(command ls /sys/class/net)' -d 'Put the link into a bridge'
complete -c nixos-container -n "$creates" -l port -x -d 'Forward a port of the host'
complete -c nixos-container -n "$creates" -l host-address -x -d 'The host\'s address on the link'
complete -c nixos-container -n "$creates" -l local-address -x -d 'Its own address'
complete -c nixos-container -n "$creates" -l use-host-network -d 'Have no network of its own'

complete -c nixos-container -n '__fish_seen_subcommand_from list plan' -l json -d 'Print it for programs'
complete -c nixos-container -n '__fish_seen_subcommand_from apply' -l at-switch -d 'For a switch of NixOS'
complete -c nixos-container -n '__fish_seen_subcommand_from apply' -l before-switch -d 'For a switch from the module of NixOS'
complete -c nixos-container -n '__fish_seen_subcommand_from apply plan' -l none -d 'As if no container were declared'
complete -c nixos-container -n '__fish_seen_subcommand_from check plan' -F
complete -c nixos-container -n '__fish_seen_subcommand_from destroy' -l yes -d 'Do not ask'
complete -c nixos-container -n '__fish_seen_subcommand_from logs' -s f -l follow -d Follow
complete -c nixos-container -n '__fish_seen_subcommand_from logs' -s n -l lines -x -d 'The number of lines'
