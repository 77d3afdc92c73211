# SPDX-License-Identifier: MIT
# What the host needs for its containers: the manifest, checked, the generator and the command.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (config) containers;
  inherit (config.boot.containerGenerator) manifest package;

  inherit (import ./flags.nix) usersOf;
  manifestOf = import ./manifest.nix;
  withNetworkOfHost = import ./host-forwarding.nix { inherit config lib; };

  # Without the systems, so that what is wrong with a container is told before its NixOS is evaluated.
  checked = import ./checks.nix containers (
    lib.mapAttrs (_: entry: removeAttrs entry [ "system" "closure" ]) manifest.containers
  );

  # What NixOS has let through, although nobody can tell it from what it is not.
  isSplit =
    name: container:
    lib.length container.extraFlags < lib.length (manifest.containers.${name}.extraFlags or [ ]);
  split = lib.attrNames (lib.filterAttrs isSplit containers);

  # Said in two ways that do not agree.
  isContradictory =
    container:
    container.unprivileged != null
    &&
      container.unprivileged == lib.elem (usersOf container) [
        "no"
        "identity"
        "0"
      ];
  contradictions = map (
    name:
    "containers.${name}.unprivileged: is ${lib.boolToString containers.${name}.unprivileged}, but privateUsers is \"${usersOf containers.${name}}\"${
      lib.optionalString (
        usersOf containers.${name} != toString containers.${name}.privateUsers
      ) " by extraFlags"
    }. Set one of them."
  ) (lib.attrNames (lib.filterAttrs (_: isContradictory) containers));

  # A drop-in cannot disable the unit that it is for.
  disabled = lib.filter (
    name: !(config.systemd.services."container@${name}".enable or true)
  ) (lib.attrNames containers);

  lostOptions =
    name:
    map
      (
        mount:
        "containers.${name}.bindMounts: \"${mount.mountPoint}\" is mounted without all of the options behind the colon"
      )
      (
        lib.filter (
          mount:
          builtins.match ".+:(norbind(,.*)?|(rbind|(no|root|owner)?idmap),.*)" mount.mountPoint != null
        ) (lib.attrValues containers.${name}.bindMounts)
      );

  # The state of a host that was installed before 22.05 is where NixOS put it then.
  hasOldState = lib.versionOlder config.system.stateVersion "22.05";
in
{
  # What is set for container@NAME.service goes into a drop-in for the unit that is generated, as it cannot be the whole unit.
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
      }) (checked.errors ++ contradictions)
      ++ map (name: {
        assertion = false;
        message = "systemd.services.\"container@${name}\".enable: has no effect. Set containers.${name}.autoStart, or leave the container out.";
      }) disabled;
      warnings =
        checked.warnings
        ++ map (
          name:
          "containers.${name}.extraFlags: several arguments in one item are split at the spaces. Write each as an item of its own."
        ) split
        ++ lib.concatMap lostOptions (lib.attrNames containers)
        ++ lib.optional (hasOldState && config.virtualisation.containers.enable) ''
          With system.stateVersion before 22.05 the containers' state is in /var/lib/containers, which
          virtualisation.containers uses too. Move it to /var/lib/nixos-containers.
        '';

      environment.etc."nixos-containers/containers.yaml".source =
        (pkgs.formats.yaml { }).generate "containers.yaml"
          manifest;

      systemd.generators.nixos-container-generator = "${package}/lib/systemd/system-generators/nixos-container-generator";
      environment.systemPackages = [ package ];

      # For containers that are not declared. A switch reads it whatever container it is told to restart.
      systemd.packages = [
        (pkgs.writeTextDir "lib/systemd/system/container@.service" (builtins.readFile (./. + "/container@.service")))
      ];

      # The generator makes it want the containers with autoStart.
      systemd.targets.multi-user.wants = [ "machines.target" ];

      systemd.tmpfiles.rules = lib.mkIf hasOldState [ "L /var/lib/nixos-containers - - - - containers" ];
    })
  ];
}
