# What the host's firewall and NAT mean for the entries of containers in the manifest.
{ config, lib }:
let
  inherit (config.networking) firewall nat;

  # Whether the host's own NAT speaks of containers.
  hasOwnNat =
    nat.enable && (nat.internalIPs != [ ] || lib.any (lib.hasPrefix "ve-") nat.internalInterfaces);

  isOpen =
    forward:
    let
      ports =
        if forward.protocol or "tcp" == "udp" then firewall.allowedUDPPorts else firewall.allowedTCPPorts;
    in
    !firewall.enable || lib.elem forward.hostPort ports;

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

  # Who can have a way out of the host at all.
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
  # The host forwards packets then, and those of the others stay out of it.
  forwards =
    nat.enable
    || lib.any (entry: entry.internetAccess or false || entry ? forwardPorts) (lib.attrValues entries);
in
lib.mapAttrs (
  _: entry:
  lib.optionalAttrs (forwards && !hasOwnNat && isRouted entry) { internetAccess = false; }
  // withForwards entry
) entries
