# SPDX-License-Identifier: MIT
# At a switch to another configuration, the running containers are brought to what it declares. NixOS itself does not handle generated
# units.
{
  config,
  lib,
  options,
  pkgs,
  ...
}:
let
  inherit (config.boot.containerGenerator) package;
  inherit (pkgs) coreutils util-linux;
  manifest = config.environment.etc."nixos-containers/containers.yaml".source;
  command = "${package}/bin/nixos-container";
  systemctl = "${config.systemd.package}/bin/systemctl";
  systemdRun = "${config.systemd.package}/bin/systemd-run --quiet --no-block --collect";

  plan = ''
    manifests=(${manifest})
    for file in /etc/nixos-containers/*.yaml; do
      if [ -e "$file" ] && [ "$file" != /etc/nixos-containers/containers.yaml ]; then
        manifests+=("$file")
      fi
    done
    echo "would do this with containers:"
    ${command} plan "''${manifests[@]}" || true
  '';

  # A configuration without containers has no command of its own: that of the running one shows what happens to its containers.
  planOfNone = ''
    if [ -e /run/nixos-container-generator ] && [ -x /run/current-system/sw/bin/nixos-container ]; then
      echo "would do this with containers:"
      /run/current-system/sw/bin/nixos-container plan --none || true
    fi
  '';

  # Until multi-user.target is reached, a switch does not start what it wants.
  applyAfterBoot = ''
    case $(${systemctl} is-system-running) in
      initializing | starting)
        ${systemdRun} --unit=nixos-containers-apply-after-boot --service-type=oneshot \
          --property=After=multi-user.target ${command} apply || true
        ;;
    esac
  '';

  # The switch may be to NixOS's own module, whose units are files in /etc. A switch starts only what starts at boot: the other running
  # containers are started again once it is done.
  startAgainLater = pkgs.writeShellScript "nixos-containers-start-again-later" ''
    if [ "$(${systemctl} is-system-running)" != stopping ]; then
      running=$(${systemctl} list-units --plain --no-legend --state=active,activating,reloading 'container@*.service' | ${coreutils}/bin/cut -d ' ' -f 1)
      if [ -n "$running" ]; then
        ${systemdRun} --unit=nixos-containers-start-again --service-type=oneshot ${startAgain} $running
      fi
    fi
  '';
  startAgain = pkgs.writeShellScript "nixos-containers-start-again" ''
    ${util-linux}/bin/flock /run/nixos/switch-to-configuration.lock ${coreutils}/bin/true
    for unit; do
      if [ -e "/etc/systemd/system/$unit" ]; then
        ${systemctl} start --no-block "$unit"
      fi
    done
  '';
in
{
  config = lib.mkMerge [
    {
      system.activationScripts.nixos-containers = {
        supportsDryActivation = true;
        text =
          if config.boot.enableContainers then
            ''
              case "''${NIXOS_ACTION-}" in
              dry-activate)
                ${plan}
                ;;
              switch | test)
                ${applyAfterBoot}
                ;;
              esac
            ''
          else
            ''
              if [ "''${NIXOS_ACTION-}" = dry-activate ]; then
                ${planOfNone}
              fi
            '';
      };
    }

    (lib.mkIf config.boot.enableContainers {
      # For a switch from NixOS's own module: its units no longer exist, so that the switch stops them.
      system.${if options.system ? preSwitchChecks then "preSwitchChecks" else null}.nixos-containers = ''
        case "''${2-}" in
        switch | test)
          ${command} apply --before-switch || true
          ;;
        esac
      '';

      systemd.services = {
        # It exists to be stopped: a switch stops units that the new configuration lacks, and this unit then stops all containers. It stays
        # active whatever happens to the containers, as only active units are stopped.
        nixos-containers-switch = {
          description = "Containers of this configuration";
          documentation = [ "man:nixos-container(8)" ];
          wantedBy = [ "multi-user.target" ];
          restartIfChanged = false;
          serviceConfig = {
            Type = "oneshot";
            RemainAfterExit = true;
            TimeoutStopSec = "infinity";
            ExecStop = [
              "-${startAgainLater}"
              "${command} apply --at-switch --none"
            ];
          };
        };

        # Each switch starts multi-user.target again, and the units it wants that have ended. The switch waits for this unit, and
        # fails if it fails. At boot, when autoStart starts the containers, it does nothing.
        nixos-containers-apply = {
          description = "Switch of the containers to what is declared";
          documentation = [ "man:nixos-container(8)" ];
          wantedBy = [ "multi-user.target" ];
          # Also after those who exchange secrets, where they are not part of the activation: see onSecretChange.
          after = [
            "nixos-containers-switch.service"
            "sops-install-secrets.service"
            "agenix-install-secrets.service"
          ];
          startLimitIntervalSec = 0;
          # Ends a run for an earlier switch that is still in progress.
          restartTriggers = [ manifest ];
          serviceConfig = {
            Type = "oneshot";
            TimeoutStartSec = "infinity";
            ExecStart = "${command} apply --at-switch";
          };
        };
      };
    })
  ];
}
