# SPDX-License-Identifier: MIT
# What the host needs for its containers: the checked manifest, the generator and the command.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (config) containers;
  inherit (config.boot.containerGenerator)
    checkManifest
    manifest
    openFirewall
    package
    ;

  manifestOf = import ./manifest.nix (import ./options.nix { inherit lib openFirewall; });
  withNetworkOfHost = import ./host-forwarding.nix { inherit config lib; };

  # Without the systems, so that errors are reported before the NixOS of a container is evaluated.
  draft = lib.mapAttrs (_: entry: removeAttrs entry [ "system" "closure" ]) manifest.containers;
  checked = import ./checks.nix containers draft;

  # The generator checks the manifest before anything of a container is built.
  generator =
    if pkgs.stdenv.buildPlatform.canExecute pkgs.stdenv.hostPlatform then
      package
    else
      pkgs.buildPackages.callPackage ./package.nix { };
  check =
    pkgs.runCommand "containers-check"
      {
        draft = builtins.unsafeDiscardStringContext (
          builtins.toJSON {
            version = 1;
            containers = draft;
          }
        );
        passAsFile = [ "draft" ];
        preferLocalBuild = true;
      }
      ''
        ${generator}/lib/systemd/system-generators/nixos-container-generator --check=options "$draftPath"
        touch "$out"
      '';

  # A drop-in cannot disable its unit.
  disabled = lib.filter (
    name: !(config.systemd.services."container@${name}".enable or true)
  ) (lib.attrNames containers);

  # Hosts installed before 22.05 keep their state where NixOS put it then.
  hasOldState = lib.versionOlder config.system.stateVersion "22.05";
in
{
  # Settings for container@NAME.service become a drop-in for the generated unit, as they cannot be the whole unit.
  options.systemd.services = lib.mkOption {
    type = lib.types.attrsOf (
      lib.types.submodule (
        { name, ... }:
        {
          config = lib.mkIf (lib.hasPrefix "container@" name && config.boot.enableContainers) {
            overrideStrategy = lib.mkDefault "asDropin";
          };
        }
      )
    );
  };

  config = lib.mkMerge [
    {
      boot.containerGenerator.manifest = {
        version = 1;
        containers = withNetworkOfHost (lib.mapAttrs manifestOf containers);
      };

      warnings = lib.optional (containers != { } && !config.boot.enableContainers) ''
        containers is set, but boot.enableContainers is false: no container can run.
      '';
    }

    (lib.mkIf config.boot.enableContainers {
      assertions = [
        {
          # generator/runtime/container-runtime.c: SYSTEMD_MIN.
          assertion = lib.versionAtLeast config.systemd.package.version "256";
          message = "Containers need systemd 256 or newer; systemd.package is ${config.systemd.package.version}.";
        }
      ]
      ++ map (message: {
        assertion = false;
        inherit message;
      }) checked.errors
      ++ map (name: {
        assertion = false;
        message = "systemd.services.\"container@${name}\".enable: has no effect. Set containers.${name}.autoStart, or leave the container out.";
      }) disabled;
      warnings =
        checked.warnings
        ++ lib.optional (hasOldState && config.virtualisation.containers.enable) ''
          With system.stateVersion before 22.05 the containers' state is in /var/lib/containers, which
          virtualisation.containers uses too. Move it to /var/lib/nixos-containers.
        '';

      environment.etc."nixos-containers/containers.yaml".source =
        ((pkgs.formats.yaml { }).generate "containers.yaml" manifest).overrideAttrs
          (lib.optionalAttrs checkManifest { checkedBy = check; });
      system.checks = lib.mkIf checkManifest [ check ];
      system.build.containersCheck = check;

      systemd.generators.nixos-container-generator = "${package}/lib/systemd/system-generators/nixos-container-generator";
      environment.systemPackages = [ package ];
      # By its rules, network managers leave the links of containers alone.
      services.udev.packages = [ package ];

      # For undeclared containers. A switch reads it for each container that it is to restart.
      systemd.packages = [
        (pkgs.writeTextDir "lib/systemd/system/container@.service" (builtins.readFile (./. + "/container@.service")))
      ];

      # The generator makes it want the containers with autoStart.
      systemd.targets.multi-user.wants = [ "machines.target" ];

      systemd.tmpfiles.rules = lib.mkIf hasOldState [ "L /var/lib/nixos-containers - - - - containers" ];
    })
  ];
}
