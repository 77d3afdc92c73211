# SPDX-License-Identifier: MIT
# What the host's firewall and NAT mean for the entries of containers in the manifest.
{ config, lib }:
let
  inherit (config.networking) firewall nat;
  inherit (import ./network.nix) portsOf;

  # Whether the host's own NAT covers containers.
  hasOwnNat =
    nat.enable && (nat.internalIPs != [ ] || lib.any (lib.hasPrefix "ve-") nat.internalInterfaces);

  # Older versions of NixOS have no zones, and one firewall less.
  firewalld = config.services.firewalld or { enable = false; };
  backend = firewall.backend or "iptables or nftables";

  # The ports, as lists of { protocol, from, to }, that a firewall allows: NixOS's own, or firewalld in its default zone. Of services, those
  # that are declared are known.
  allowed =
    protocol: ports: ranges:
    map (port: {
      inherit protocol;
      from = port;
      to = port;
    }) ports
    ++ map (range: range // { inherit protocol; }) ranges;
  allowedByNixos =
    allowed "tcp" firewall.allowedTCPPorts firewall.allowedTCPPortRanges
    ++ allowed "udp" firewall.allowedUDPPorts firewall.allowedUDPPortRanges;
  allowedIn =
    zone:
    map
      (
        entry:
        let
          ends = lib.splitString "-" (toString entry.port);
        in
        {
          inherit (entry) protocol;
          from = lib.toInt (lib.head ends);
          to = lib.toInt (lib.last ends);
        }
      )
      (
        zone.ports
        ++ lib.concatMap (name: firewalld.services.${name}.ports or [ ]) (lib.unique zone.services)
      );
  allowedByFirewalld =
    let
      zone = firewalld.zones.${firewalld.settings.DefaultZone} or null;
    in
    if zone == null then
      [ ]
    else if zone.target == "ACCEPT" then
      allowed "tcp" [ ] everything ++ allowed "udp" [ ] everything
    else
      allowedIn zone;
  everything = [
    {
      from = 1;
      to = 65535;
    }
  ];

  # What each of the host's firewalls allows: there may be none, or two.
  firewalls =
    lib.optional (firewall.enable && backend != "firewalld") allowedByNixos
    ++ lib.optional firewalld.enable allowedByFirewalld;

  # Whether the firewalls allow all host ports of a forward.
  isOpen =
    forward:
    let
      protocol = forward.protocol or "tcp";
      isAllowed =
        ranges: port:
        lib.any (range: range.protocol == protocol && range.from <= port && port <= range.to) ranges;
    in
    lib.all (ranges: lib.all (isAllowed ranges) (portsOf forward.hostPort)) firewalls;

  openForwards =
    link:
    if link ? forwardPorts then
      link
      // {
        forwardPorts = map (
          forward: forward // lib.optionalAttrs (isOpen forward) { openFirewall = true; }
        ) link.forwardPorts;
      }
    else
      link;

  # Which containers can have a route out of the host at all.
  isRouted = entry: entry.privateNetwork or false && !(entry ? hostBridge);

  withForwards =
    entry:
    openForwards entry
    // lib.optionalAttrs (entry ? extraVeths) {
      extraVeths = lib.mapAttrs (_: openForwards) entry.extraVeths;
    };
in
entries:
let
  # Whether the host forwards packets: the other containers are then excluded from that.
  forwards =
    nat.enable
    || lib.any (entry: entry.internetAccess or false || entry ? forwardPorts) (lib.attrValues entries);
in
lib.mapAttrs (
  _: entry:
  lib.optionalAttrs (forwards && !hasOwnNat && isRouted entry) { internetAccess = false; }
  // withForwards entry
) entries
