# SPDX-License-Identifier: MIT
# The generations of the NixOS host of a story, in one derivation: a link to each system by its name, and in closure/ what store paths they
# are made of. Those whose names begin with "stock" have NixOS's own module for containers.
{ story }:
let
  generations = import (./stories + "/${story}.nix");

  isStock = name: builtins.substring 0 5 name == "stock";
  evaluate =
    name: module:
    import <nixpkgs/nixos/lib/eval-config.nix> {
      system = null;
      modules = [
        ./host.nix
        { nixpkgs.hostPlatform = "x86_64-linux"; }
        module
      ]
      ++ (if isStock name then [ ] else [ ./module.nix ]);
    };
  systems = builtins.mapAttrs (
    name: module: (evaluate name module).config.system.build.toplevel
  ) generations;
  inherit (evaluate "none" { }) pkgs;
in
pkgs.runCommand "generations-${story}"
  {
    closure = pkgs.closureInfo { rootPaths = builtins.attrValues systems; };
  }
  ''
    mkdir $out
    ln -s $closure $out/closure
    ${builtins.concatStringsSep "\n" (
      builtins.attrValues (builtins.mapAttrs (name: system: "ln -s ${system} $out/${name}") systems)
    )}
  ''
