# SPDX-License-Identifier: MIT
# At a switch to another configuration, the containers that run are brought to what it declares. NixOS itself leaves units alone that
# are generated.
{
  config,
  lib,
  ...
}:
let
  inherit (config.boot.containerGenerator) package;
  manifest = config.environment.etc."nixos-containers/containers.yaml".source;
  command = "${package}/bin/nixos-container";
in
{
  config = lib.mkIf config.boot.enableContainers {
    systemd.services.nixos-containers-switch = {
      description = "Switch of the containers to what is declared";
      documentation = [ "man:nixos-container(8)" ];
      wantedBy = [ "multi-user.target" ];
      # When the manifest changes, a switch runs ExecReload, before it starts anything.
      restartTriggers = [ manifest ];
      reloadIfChanged = true;
      serviceConfig = {
        Type = "oneshot";
        RemainAfterExit = true;
        TimeoutStartSec = "infinity";
        # At boot autoStart starts the containers: this is for the switch that brings in this unit.
        ExecStart = "${command} apply --at-switch";
        ExecReload = "${command} apply --at-switch";
        # The switch that removes this unit removes all containers.
        ExecStop = "${command} apply --at-switch --none";
      };
    };

    system.activationScripts.nixos-containers-plan = {
      supportsDryActivation = true;
      text = ''
        if [ "''${NIXOS_ACTION-}" = dry-activate ]; then
          manifests=(${manifest})
          for file in /etc/nixos-containers/*.yaml; do
            if [ -e "$file" ] && [ "$file" != /etc/nixos-containers/containers.yaml ]; then
              manifests+=("$file")
            fi
          done
          echo "would do this with containers:"
          ${command} plan "''${manifests[@]}" || true
        fi
      '';
    };
  };
}
