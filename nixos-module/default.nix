# SPDX-License-Identifier: MIT
# The NixOS module: containers.<name>, run by nixos-container-generator. It takes the place of the module of NixOS.
{
  # It declares boot.isContainer and boot.isNspawnContainer too: so does containers.nix.
  disabledModules = [ "virtualisation/nixos-containers.nix" ];

  imports = [
    ./containers.nix
    ./host.nix
    ./host-network.nix
    ./flakes.nix
    ./services.nix
    ./switch.nix
  ];
}
