# SPDX-License-Identifier: MIT
# The NixOS module: containers.<name>, run by nixos-container-generator. It replaces the module of NixOS.
{
  # It also declares boot.isContainer and boot.isNspawnContainer, as does containers.nix.
  disabledModules = [ "virtualisation/nixos-containers.nix" ];

  imports = [
    ./containers.nix
    ./host.nix
    ./host-network.nix
    ./firewalls.nix
    ./flakes.nix
    ./services.nix
    ./switch.nix
  ];
}
