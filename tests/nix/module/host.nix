# SPDX-License-Identifier: MIT
# A NixOS host with the module, in as few words as it takes.
let
  pkgs = import <nixpkgs> {
    system = "x86_64-linux";
    config = { };
    overlays = [ ];
  };

  base = {
    boot.loader.grub.enable = false;
    fileSystems."/" = {
      device = "/dev/sda1";
      fsType = "ext4";
    };
    documentation.enable = false;
    nixpkgs.pkgs = pkgs;
    system.stateVersion = pkgs.lib.mkDefault "26.05";
  };

  evaluate =
    modules:
    import <nixpkgs/nixos/lib/eval-config.nix> {
      system = null;
      modules = [ base ] ++ modules;
    };
in
{
  inherit pkgs;
  inherit (pkgs) lib;

  # A host that instantiates its packages itself, as most do.
  instantiating =
    module:
    import <nixpkgs/nixos/lib/eval-config.nix> {
      system = null;
      modules = [
        (removeAttrs base [ "nixpkgs" ])
        { nixpkgs.hostPlatform = "x86_64-linux"; }
        (import ../../..).nixosModule
        module
      ];
    };

  # A host of NixOS alone.
  stock = module: evaluate [ module ];

  host =
    module:
    evaluate [
      (import ../../..).nixosModule
      module
    ];

  # A container that has the host's packages, which is quicker to evaluate than one with its own.
  small = {
    nixpkgs.pkgs = pkgs;
    documentation.enable = false;
    system.stateVersion = "26.05";
  };

  # Stands for the system of a container of which no more is asked.
  path = "/nix/store/00000000000000000000000000000000-nixos-system-container";
}
