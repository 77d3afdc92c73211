# SPDX-License-Identifier: MIT
# Containers whose system comes from a flake: a unit for each builds it before the container starts for the first time, and another unit
# builds what the flake is now, on request.
{
  config,
  lib,
  ...
}:
let
  containers = lib.filterAttrs (_: container: container.flake != null) config.containers;

  profiles = name: "/nix/var/nix/profiles/per-container/${name}";

  # FLAKE or FLAKE#ATTRIBUTE, as what nix build is to build
  installable =
    flake:
    let
      parts = builtins.match "([^#]*)(#(.*))?" flake;
      attribute = lib.elemAt parts 2;
    in
    "${lib.head parts}#nixosConfigurations.\"${
      if attribute == null || attribute == "" then "container" else attribute
    }\".config.system.build.toplevel";

  build = name: container: {
    wants = [ "network-online.target" ];
    after = [
      "network-online.target"
      "nix-daemon.socket"
    ];
    restartIfChanged = false;
    environment.HOME = "/root";
    path = [
      config.nix.package
    ]
    ++ lib.optional config.programs.git.enable config.programs.git.package;
    serviceConfig = {
      Type = "oneshot";
      TimeoutStartSec = "infinity";
    };
    script = ''
      mkdir -p ${lib.escapeShellArg (profiles name)}
      nix --extra-experimental-features "nix-command flakes" build --refresh --print-build-logs --no-link \
        --profile ${lib.escapeShellArg "${profiles name}/system"} ${lib.escapeShellArg (installable container.flake)}
    '';
  };

  firstBuild =
    name: container:
    lib.nameValuePair "container-flake@${name}" (
      build name container
      // {
        description = "Build of the flake of container '${name}'";
        requiredBy = [ "container@${name}.service" ];
        before = [ "container@${name}.service" ];
        unitConfig.ConditionPathExists = "!${profiles name}/system";
      }
    );

  update =
    name: container:
    lib.nameValuePair "container-flake-update@${name}" (
      build name container
      // {
        description = "Update of container '${name}' from its flake";
        postStart = ''
          systemctl try-reload-or-restart ${lib.escapeShellArg "container@${name}.service"}
          # As many as nixos-container keeps.
          nix-env --profile ${lib.escapeShellArg "${profiles name}/system"} --delete-generations +10
        '';
      }
    );
in
{
  systemd.services = lib.mkIf config.boot.enableContainers (
    lib.mapAttrs' firstBuild containers // lib.mapAttrs' update containers
  );
}
