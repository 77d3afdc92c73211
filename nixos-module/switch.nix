# SPDX-License-Identifier: MIT
# At a switch to another configuration, the containers that run are brought to what it declares. NixOS itself leaves units alone that
# are generated.
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

  # It has no command of its own: that of the configuration that runs says what becomes of its containers.
  planOfNone = ''
    if [ -e /run/nixos-container-generator ] && [ -x /run/current-system/sw/bin/nixos-container ]; then
      echo "would do this with containers:"
      /run/current-system/sw/bin/nixos-container plan --none || true
    fi
  '';

  # As long as multi-user.target is not reached a switch does not start what it wants.
  applyAfterBoot = ''
    case $(${systemctl} is-system-running) in
      initializing | starting)
        ${systemdRun} --unit=nixos-containers-apply-after-boot --service-type=oneshot \
          --property=After=multi-user.target ${command} apply || true
        ;;
    esac
  '';

  # The switch may be to NixOS's own module, whose units are files in /etc. A switch starts only what starts at boot: the other containers
  # that run now are started once it is done.
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
      # From NixOS's own module, whose units are no longer there, so that the switch stops them.
      system.${if options.system ? preSwitchChecks then "preSwitchChecks" else null}.nixos-containers = ''
        case "''${2-}" in
        switch | test)
          ${command} apply --before-switch || true
          ;;
        esac
      '';

      systemd.services = {
        # It is there for its end: a switch stops what the new configuration has not, and with this unit all containers. It is active
        # whatever comes of them, as only what is active is stopped.
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

        # Each switch starts multi-user.target again, and what that wants and has come to its end. It waits for this, and has failed if this
        # has. At boot, when autoStart starts the containers, this does nothing.
        nixos-containers-apply = {
          description = "Switch of the containers to what is declared";
          documentation = [ "man:nixos-container(8)" ];
          wantedBy = [ "multi-user.target" ];
          after = [ "nixos-containers-switch.service" ];
          startLimitIntervalSec = 0;
          # One that is still at what an earlier switch wanted ends.
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
