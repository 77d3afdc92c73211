# SPDX-License-Identifier: MIT
# The module, with the package as it is here, whose own tests are run elsewhere.
{ pkgs, ... }:
{
  imports = [ (import ../..).nixosModule ];

  boot.containerGenerator.package = (pkgs.callPackage ../../nixos-module/package.nix { }).overrideAttrs {
    doCheck = false;
  };
}
