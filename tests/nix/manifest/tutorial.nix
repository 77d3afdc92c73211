# SPDX-License-Identifier: MIT
# The configuration of the tutorial, with a system that needs no NixOS to be known.
builtins.mapAttrs (
  name: options:
  removeAttrs options [ "config" ]
  // {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-${name}";
  }
) (import ../tutorial.nix { }).containers
