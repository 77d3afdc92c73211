# SPDX-License-Identifier: MIT
# What stands in the place of Nixpkgs' default.nix, for Debian's files in the place of its packages. store.sh puts the paths in.
args:
import ./pkgs/top-level/impure.nix (
  {
    overlays = [ ];
    config = { };
    stdenvStages = import (builtins.storePath "@debian@" + "/stages.nix") {
      nixpkgs = ./.;
      source = builtins.storePath "@source@";
      switchToConfiguration = if "@switch@" == "" then null else builtins.storePath "@switch@";
    };
  }
  // args
)
