# SPDX-License-Identifier: MIT
# nix-build gives the package; nix-build -A tests runs the tests that need a virtual machine; nix-shell gives what building and testing
# need. (import ./.).nixosModule is the NixOS module, and (import ./.) { inherit pkgs; } the package with packages of your own.
let
  nixosModule = ./nixos-module;

  withPackages =
    {
      pkgs ? import <nixpkgs> { },
    }:
    let
      inherit (pkgs) lib;
      package = pkgs.callPackage ./nixos-module/package.nix { };
      shell = package.overrideAttrs (attributes: {
        nativeBuildInputs = attributes.nativeBuildInputs ++ [
          # What make check, make demo and make lint need beside.
          pkgs.clang-tools
          pkgs.cppcheck
          pkgs.debootstrap
          pkgs.nftables
          pkgs.nixfmt
          pkgs.qemu
          pkgs.shellcheck
        ];
      });
      tests = import ./tests/nix/vm { inherit pkgs nixosModule; };
    in
    (if lib.inNixShell then shell else package)
    // {
      inherit
        nixosModule
        package
        shell
        tests
        ;
    };
in
{
  inherit nixosModule;
  inherit (withPackages { }) package tests;
  __functor = _: withPackages;
}
