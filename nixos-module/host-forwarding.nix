# SPDX-License-Identifier: MIT
# What the host's firewall and NAT mean for the entries of containers in the manifest.
{ config, lib }:
let
  inherit (config.networking) firewall nat;
  inherit (import ./network.nix) portsOf;

  # Whether the host's own NAT covers containers.
  hasOwnNat =
    nat.enable && (nat.internalIPs != [ ] || lib.any (lib.hasPrefix "ve-") nat.internalInterfaces);

  # Whether the firewall allows all host ports of a forward.
  isOpen =
    forward:
    let
      isUDP = forward.protocol or "tcp" == "udp";
      ports = if isUDP then firewall.allowedUDPPorts else firewall.allowedTCPPorts;
      ranges = if isUDP then firewall.allowedUDPPortRanges else firewall.allowedTCPPortRanges;
      isAllowed =
        port: lib.elem port ports || lib.any (range: range.from <= port && port <= range.to) ranges;
    in
    !firewall.enable || lib.all isAllowed (portsOf forward.hostPort);

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
