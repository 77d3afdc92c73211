# SPDX-License-Identifier: MIT
# Completion of nixos-container(8) for fish.

# Those of this host: asking another one may take long, or for a password.
function __nixos_container_names
    string match --quiet --regex -- '^(-H|--host)' (commandline -opc); or nixos-container list 2>/dev/null
end

# Whether the name of a container is still to be given.
function __nixos_container_wants_name
    test (count (string match --invert -- '-*' (commandline -opc))) -eq 2
end

set -l verbs list status start stop restart terminate login root-login run show-ip show-host-key logs check plan apply create \
    update generations rollback edit destroy
set -l no_verb "not __fish_seen_subcommand_from $verbs"

complete -c nixos-container -f
complete -c nixos-container -n "$no_verb" -l version -d 'Show the version'
complete -c nixos-container -s H -l host -x -a '(__fish_print_hostnames)' -d 'Run the verb on another host'
complete -c nixos-container -l help -d 'Show the help'

complete -c nixos-container -n "$no_verb" -a list -d 'List containers'
complete -c nixos-container -n "$no_verb" -a status -d 'Print whether a container is up, down or gone'
complete -c nixos-container -n "$no_verb" -a start -d 'Start containers and wait until they are up'
complete -c nixos-container -n "$no_verb" -a stop -d 'Shut down containers and wait until they are down'
complete -c nixos-container -n "$no_verb" -a restart -d 'Restart containers with their declared configuration'
complete -c nixos-container -n "$no_verb" -a terminate -d 'Terminate a container with systemd-machined'
complete -c nixos-container -n "$no_verb" -a login -d 'Open a login prompt in a container'
complete -c nixos-container -n "$no_verb" -a root-login -d 'Open a root shell in a container'
complete -c nixos-container -n "$no_verb" -a run -d 'Run a command as root in a container'
complete -c nixos-container -n "$no_verb" -a show-ip -d 'Print a container\'s IP address'
complete -c nixos-container -n "$no_verb" -a show-host-key -d 'Print a container\'s public SSH host key'
complete -c nixos-container -n "$no_verb" -a logs -d 'Show a container\'s log'
complete -c nixos-container -n "$no_verb" -a check -d 'Check manifests for errors and warnings'
complete -c nixos-container -n "$no_verb" -a plan -d 'Show what apply would change, and why'
complete -c nixos-container -n "$no_verb" -a apply -d 'Apply the declared configuration to running containers'
complete -c nixos-container -n "$no_verb" -a create -d 'Create an imperative container'
complete -c nixos-container -n "$no_verb" -a update -d 'Change the system of an imperative or separately deployed container'
complete -c nixos-container -n "$no_verb" -a generations -d 'List the systems that a container can return to'
complete -c nixos-container -n "$no_verb" -a rollback -d 'Return to an earlier system of a container'
complete -c nixos-container -n "$no_verb" -a edit -d 'Edit the manifest of an imperative container'
complete -c nixos-container -n "$no_verb" -a destroy -d 'Delete an imperative container and all its files'

set -l takes_names '__fish_seen_subcommand_from start stop restart'
set -l takes_name '__fish_seen_subcommand_from status terminate login root-login run show-ip show-host-key logs update \
    generations rollback edit destroy'
complete -c nixos-container -n "$takes_names" -a '(__nixos_container_names)' -d Container
complete -c nixos-container -n "$takes_name; and __nixos_container_wants_name" -a '(__nixos_container_names)' -d Container

set -l builds '__fish_seen_subcommand_from create update'
complete -c nixos-container -n "$builds" -l config -x -d 'NixOS options of the container'
complete -c nixos-container -n "$builds" -l config-file -r -F -d 'NixOS module of the container'
complete -c nixos-container -n "$builds" -l flake -r -F -d 'Build a configuration of a flake'
complete -c nixos-container -n "$builds" -l nixos-path -r -F -d 'NixOS to build with'
complete -c nixos-container -n "$builds" -l system-path -r -F -d 'Use an existing system'
complete -c nixos-container -n "$builds" -l refresh -d 'Let Nix refresh its download cache'

set -l creates '__fish_seen_subcommand_from create'
complete -c nixos-container -n "$creates" -l ensure-unique-name -d 'Append a number that makes the name unique'
complete -c nixos-container -n "$creates" -l auto-start -d 'Start the container when the host boots'
complete -c nixos-container -n "$creates" -l bridge -x -a '(command ls /sys/class/net)' -d 'Attach the host\'s end of the link to a bridge'
complete -c nixos-container -n "$creates" -l port -x -d 'Forward a host port to the container'
complete -c nixos-container -n "$creates" -l host-address -x -d 'Address of the host\'s end of the link'
complete -c nixos-container -n "$creates" -l local-address -x -d 'Address of the container'
complete -c nixos-container -n "$creates" -l use-host-network -d 'Use the host\'s network'
complete -c nixos-container -n "$creates" -l bind -r -F -d 'Mount a directory or file of the host'
complete -c nixos-container -n "$creates" -l set -x -d 'Set any option of the manifest'
complete -c nixos-container -n '__fish_seen_subcommand_from edit' -l apply -d 'Apply the changes'

complete -c nixos-container -n '__fish_seen_subcommand_from update' -l keep -x -d 'Number of generations to keep'
complete -c nixos-container -n '__fish_seen_subcommand_from update rollback' -l check -d 'Return to the old system if units fail'
complete -c nixos-container -n '__fish_seen_subcommand_from rollback' -l to -x -d 'Number of the generation'
complete -c nixos-container -n '__fish_seen_subcommand_from list plan status' -l json -d 'Print as JSON'
complete -c nixos-container -n '__fish_seen_subcommand_from apply' -l at-switch -d 'Run by a NixOS switch'
complete -c nixos-container -n '__fish_seen_subcommand_from apply' -l before-switch -d 'Run before switching from NixOS\'s own module'
complete -c nixos-container -n '__fish_seen_subcommand_from apply plan' -l none -d 'Act as if no containers were declared'
complete -c nixos-container -n '__fish_seen_subcommand_from check plan' -F
complete -c nixos-container -n '__fish_seen_subcommand_from destroy' -l yes -d 'Do not ask for confirmation'
complete -c nixos-container -n '__fish_seen_subcommand_from logs' -s f -l follow -d Follow
complete -c nixos-container -n '__fish_seen_subcommand_from logs' -s n -l lines -x -d 'Number of lines'
