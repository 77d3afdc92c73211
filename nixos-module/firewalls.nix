# SPDX-License-Identifier: MIT
# The firewalls that NixOS knows: that they let pass what containers send and receive through the host, and warnings about interfaces that do
# not exist for them. What the other table of the host decides is not decided here: templates/nixos-containers.nft.
{
  config,
  lib,
  options,
  pkgs,
  utils,
  ...
}:
let
  inherit (config.networking) firewall nat nftables;
  inherit (config.virtualisation) docker;
  inherit (import ./network.nix) linkPattern;

  entries = config.boot.containerGenerator.manifest.containers;
  names = lib.attrNames entries;
  linksOf = entry: [ entry ] ++ lib.attrValues (entry.extraVeths or { });

  # Links to the containers with internetAccess, and those that ports are forwarded to, with a wildcard for the end of a long name.
  onlineLinks =
    wildcard:
    map (name: linkPattern wildcard name entries.${name}) (
      lib.filter (name: entries.${name}.internetAccess or false) names
    );
  forwardedLinks =
    wildcard:
    lib.unique (
      lib.concatMap (
        name:
        let
          entry = entries.${name};
          veths = lib.filterAttrs (_: veth: veth ? forwardPorts) (entry.extraVeths or { });
        in
        lib.optional (entry ? forwardPorts) (entry.hostBridge or (linkPattern wildcard name entry))
        ++ lib.mapAttrsToList (link: veth: veth.hostBridge or link) veths
      ) names
    );

  # Docker's rules are those of iptables, unless it is told otherwise.
  hasDockerRules =
    docker.enable
    && docker.daemon.settings.iptables or true
    && docker.daemon.settings.firewall-backend or "iptables" == "iptables"
    && onlineLinks "+" ++ forwardedLinks "+" != [ ];
  dockerRules =
    action:
    utils.escapeSystemdExecArgs (
      [
        pkgs.runtimeShell
        "${./docker-rules.sh}"
        action
      ]
      ++ onlineLinks "+"
      ++ [ "--" ]
      ++ forwardedLinks "+"
    );

  # Older versions of NixOS have no zones.
  firewalld = config.services.firewalld or { enable = false; };
  hasZone = firewalld.enable && onlineLinks "+" != [ ];
  defaultZone = firewalld.zones.${firewalld.settings.DefaultZone} or { };

  # What containers reach of the host is what they reached in the default zone.
  zoneOptions = [
    "icmpBlockInversion"
    "icmpBlocks"
    "ports"
    "protocols"
    "rules"
    "services"
    "sourcePorts"
    "target"
  ];
  inherited =
    option:
    lib.mkIf (defaultZone ? ${option}) (
      lib.mkDefault (
        if option == "ports" || option == "sourcePorts" then
          map asRange defaultZone.${option}
        else
          defaultZone.${option}
      )
    );

  # The other way round than services.firewalld.zones.<name>.ports makes a range a text.
  asRange =
    entry:
    let
      ends = map lib.toInt (lib.splitString "-" entry.port);
    in
    if lib.isString entry.port then
      entry
      // {
        port = {
          from = lib.head ends;
          to = lib.last ends;
        };
      }
    else
      entry;

  opensPorts = link: lib.any (forward: forward.openFirewall or false) (link.forwardPorts or [ ]);
  isStrict =
    firewalld.enable
    && firewalld.settings.StrictForwardPorts or false
    && lib.any opensPorts (lib.concatMap linksOf (lib.attrValues entries));

  # Names that end as iptables has patterns, under nftables.
  warningsOf =
    option: advice: interfaces:
    map (interface: ''
      ${option}: "${interface}" matches no interface with networking.nftables.enable. Write "${lib.removeSuffix "+" interface}*"${advice}.
    '') (lib.filter (lib.hasSuffix "+") interfaces);
  hasNftablesFirewall =
    firewall.enable && nftables.enable && firewall.backend or "nftables" == "nftables";
in
{
  config = lib.mkIf config.boot.enableContainers (
    lib.mkMerge [
      {
        networking.firewall.extraForwardRules = lib.mkIf (nftables.enable && firewall.filterForward) (
          lib.concatMapStrings (link: ''
            iifname "${link}" accept
          '') (onlineLinks "*")
          + ''
            ct status dnat accept
          ''
        );

        systemd.services.nixos-containers-docker = lib.mkIf hasDockerRules {
          description = "Docker's Rules for Containers";
          documentation = [ "man:nixos-container-generator(8)" ];
          after = [ "docker.service" ];
          partOf = [ "docker.service" ];
          wantedBy = [ "docker.service" ];
          path = [ pkgs.iptables ];
          serviceConfig = {
            Type = "oneshot";
            RemainAfterExit = true;
            ExecStart = dockerRules "start";
            ExecStop = dockerRules "stop";
          };
        };

        environment.etc."firewalld/policies/containers-out.xml" = lib.mkIf hasZone {
          source = ./firewalld-policy.xml;
        };

        warnings =
          warningsOf "networking.nat.internalInterfaces" ", or set containers.<name>.internetAccess" (
            lib.optionals (nat.enable && nftables.enable) nat.internalInterfaces
          )
          ++ lib.optionals hasNftablesFirewall (
            warningsOf "networking.firewall.trustedInterfaces" "" firewall.trustedInterfaces
            ++ warningsOf "networking.firewall.interfaces" "" (lib.attrNames firewall.interfaces)
          )
          ++ lib.optional isStrict ''
            services.firewalld.settings.StrictForwardPorts: the ports that containers open with openFirewall stay closed to other machines.
          '';
      }

      (lib.optionalAttrs (options.services ? firewalld.zones) {
        services.firewalld.zones = lib.mkIf hasZone {
          nixos-containers = {
            short = lib.mkDefault "Containers with internet access";
            interfaces = onlineLinks "+";
          }
          // lib.genAttrs zoneOptions inherited;
        };
      })
    ]
  );
}
