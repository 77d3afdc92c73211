# SPDX-License-Identifier: MIT
# Tests on virtual machines: the tutorial, and those that NixOS has for its own module.
{ pkgs, nixosModule }:
let
  inherit (pkgs) lib;
  run = module: pkgs.testers.runNixOSTest { imports = [ module ]; };

  upstream =
    name:
    run {
      imports = [ "${toString pkgs.path}/nixos/tests/containers-${name}.nix" ];
      defaults.imports = [ nixosModule ];
    };
in
{
  wasabi = run (import ./wasabi.nix { inherit nixosModule; });

  # Each can be built with nix-build -A tests.upstream.NAME.
  upstream = lib.genAttrs [
    "bridge"
    "custom-pkgs"
    "ephemeral"
    "extra_veth"
    "gateway"
    "hosts"
    "ip"
    "ipv6-slaac"
    "macvlans"
    "names"
    "nested"
    "physical_interfaces"
    "portforward"
    "reloadable"
    "require-bind-mounts"
    "restart_networking"
    "tmpfs"
    "unified-hierarchy"
  ] upstream;
}
