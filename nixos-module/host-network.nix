# SPDX-License-Identifier: MIT
# The host's side of the containers' networks: what they require, and that nothing else on the host configures them.
{
  config,
  lib,
  ...
}:
let
  entries = config.boot.containerGenerator.manifest.containers;
  names = lib.attrNames entries;

  extraVeths = lib.unique (
    lib.concatMap (entry: lib.attrNames (entry.extraVeths or { })) (lib.attrValues entries)
  );

  # The address at which the host reaches a container: on its main link, otherwise on another one.
  addressOf =
    option: entry:
    let
      candidates =
        lib.optional (entry.privateNetwork or false) entry ++ lib.attrValues (entry.extraVeths or { });
      found = lib.filter (link: link ? ${option}) candidates;
    in
    lib.optional (found != [ ]) (lib.head (lib.splitString "/" (lib.head found).${option}));

  linksOf = entry: [ entry ] ++ lib.attrValues (entry.extraVeths or { });
  isForwarded =
    address: entry:
    entry.internetAccess or false && entry ? "host${address}"
    || lib.any (link: link ? forwardPorts && link ? "local${address}") (linksOf entry);
  hasRestricted = lib.any (entry: entry ? internetAccess) (lib.attrValues entries);
  needsForwarding = address: lib.any (isForwarded address) (lib.attrValues entries);

  # Bridges that only containers and the like are on. Nothing there is a router for this host, unless configured.
  bridges = lib.catAttrs "hostBridge" (lib.concatMap linksOf (lib.attrValues entries));
  isInner =
    bridge:
    config.networking.bridges ? ${bridge} && config.networking.bridges.${bridge}.interfaces == [ ];
  innerBridges = lib.filter isInner (lib.unique bridges);

  # Overrides NixOS's own default, but nothing that is set.
  forwarding = lib.mkOverride 999 true;

  hostsOf =
    name:
    map (address: "${address} ${name}.containers\n") (
      addressOf "localAddress" entries.${name} ++ addressOf "localAddress6" entries.${name}
    );
in
{
  config = lib.mkIf config.boot.enableContainers {
    # Those of restricted links are otherwise loaded on demand, which lockKernelModules prevents.
    boot.kernelModules = [
      "bridge"
      "macvlan"
      "tap"
      "tun"
    ]
    ++ lib.optionals (config.security.lockKernelModules && hasRestricted) [
      "cls_bpf"
      "sch_ingress"
    ];

    networking.extraHosts = lib.concatStrings (lib.concatMap hostsOf names);

    boot.kernel.sysctl = lib.mkMerge [
      (lib.mkIf (needsForwarding "Address") { "net.ipv4.conf.all.forwarding" = forwarding; })
      (lib.mkIf (needsForwarding "Address6") {
        "net.ipv6.conf.all.forwarding" = forwarding;
        # Otherwise, hosts that forward would no longer configure themselves by router advertisements.
        "net.ipv6.conf.default.accept_ra" = lib.mkDefault 2;
      })
      # On these bridges, the setting stays the same. A dot would end the name.
      (lib.mkIf (needsForwarding "Address6") (
        lib.listToAttrs (
          map (bridge: {
            name = "net.ipv6.conf.${lib.replaceStrings [ "." ] [ "/" ] bridge}.accept_ra";
            value = lib.mkDefault 1;
          }) innerBridges
        )
      ))
    ];

    # When the whole ruleset is flushed, the part that the containers have in it is restored in the same transaction: their connections
    # persist. generator/runtime/loaded-rules.h
    networking.nftables.extraDeletions =
      lib.mkIf (config.networking.nftables.enable && config.networking.nftables.flushRuleset)
        ''
          include "/run/nixos-container-generator/.nftables/*"
        '';

    networking.dhcpcd.denyInterfaces = [
      "ve-*"
      "vb-*"
    ]
    ++ extraVeths;
  };
}
