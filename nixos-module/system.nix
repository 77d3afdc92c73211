# SPDX-License-Identifier: MIT
# The NixOS of a container: evaluates @modules, which its config consists of. @container are its options, @packages is packages.nix, or null.
{
  lib,
  pkgs,
  packages,
}:
name: container: modules:
(import "${toString container.nixpkgs}/nixos/lib/eval-config.nix" {
  modules = [
    (import ./container.nix {
      inherit
        name
        container
        pkgs
        packages
        ;
    })
  ]
  ++ modules;
  prefix = [
    "containers"
    name
  ];
  inherit (container) specialArgs;
  # The same as the module above sets: not every Nixpkgs takes it from there.
  inherit (pkgs.stdenv.hostPlatform) system;
}).config
