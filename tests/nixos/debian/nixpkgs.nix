# SPDX-License-Identifier: MIT
# What stands in the place of Nixpkgs' default.nix, with Debian's files in the place of its packages. run sets the variables.
args:
let
  path = variable: /. + builtins.getEnv variable;
in
import ./pkgs/top-level/impure.nix (
  {
    overlays = [ ];
    config = { };
    stdenvStages = import (path "DEBIAN_STAGES") {
      nixpkgs = ./.;
      source = builtins.storePath (builtins.getEnv "DEBIAN_SOURCE");
      switchToConfiguration =
        if builtins.getEnv "SWITCH_TO_CONFIGURATION" == "" then null else path "SWITCH_TO_CONFIGURATION";
    };
  }
  // args
)
