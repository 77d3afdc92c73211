# SPDX-License-Identifier: MIT
# What a container's NixOS is given beside the user's config. Several containers can run one system. So nothing in here that depends on
# the name or on the addresses may get into what is built, or only where nobody would notice: they come from the manifest.
# It may be a NixOS of years ago: options that are newer than 20.09 are asked for.
{
  name,
  container,
  pkgs,
  packages,
}:
{
  config,
  lib,
  options,
  ...
}:
let
  inherit (config.networking) domain hostName interfaces;

  # Whether the host name is the one that is set below.
  hasDefaultName = options.networking.hostName.highestPrio >= (lib.mkDefault null).priority;

  # Whether no other module has set this one.
  isUnset = option: option.highestPrio >= (lib.mkOptionDefault null).priority;

  # The package set that it shares with others, or null. The pkgs of modules cannot be asked for, as this decides about them.
  shared =
    let
      inherit (options) nixpkgs;
    in
    if
      packages != null
      && nixpkgs ? hostPlatform
      && !nixpkgs.pkgs.isDefined
      && lib.all isUnset [
        nixpkgs.overlays
        nixpkgs.buildPlatform
        nixpkgs.localSystem
        nixpkgs.crossSystem
      ]
      # One may ask for the packages.
      && !lib.any lib.isFunction nixpkgs.config.definitions
      # system.nix sets the default.
      && nixpkgs.system.highestPrio >= (lib.mkDefault null).priority
      # The one that is set below, and nobody has forced another.
      && nixpkgs.hostPlatform.highestPrio == lib.modules.defaultOverridePriority
      && lib.length nixpkgs.hostPlatform.definitionsWithLocations == 1
    then
      packages container.nixpkgs config.nixpkgs.config
    else
      null;

  flags = import ./flags.nix;
  inherit (import ./network.nix) isInNetwork linkOptions;

  # The links that container-init has set up before anything else runs, by their names in here.
  hasLink =
    container.privateNetwork && lib.any (option: container.${option} != null) linkOptions;
  links = lib.optional hasLink "eth0" ++ lib.attrNames container.extraVeths;

  # Those that NixOS makes a file of its own for, for systemd-networkd.
  configuredLinks = lib.filter (
    link:
    interfaces ? ${link}
    || lib.any (gateway: gateway != null && gateway.interface == link) [
      config.networking.defaultGateway
      config.networking.defaultGateway6
    ]
  ) links;

  # For such links: what they have been given stays, and as they are complete, nobody waits for a router that may never advertise itself.
  # If one does, they have what it says.
  asGiven.networkConfig = {
    KeepConfiguration = lib.mkDefault "static";
    ConfigureWithoutCarrier = lib.mkDefault true;
  };

  # Where the generator has the host's resolv.conf seen, and whether resolvconf is to hear of it.
  hostResolvConf = "/run/host/resolv-conf/resolv.conf";
  followsHost = config.networking.resolvconf.enable && config.networking.useHostResolvConf;

  # Whether the network of one of the other interfaces has @gateway in it, which then leads there.
  isElsewhere =
    family: gateway:
    lib.any (
      interface:
      interface.name != "eth0"
      && lib.any (
        { address, prefixLength, ... }: isInNetwork prefixLength address gateway.address
      ) interface.${family}.addresses
    ) (lib.attrValues interfaces);

  # The addresses of eth0 are not known in here, so that NixOS cannot tell that the gateway is on its network.
  gatewayOnLink =
    family: gateway:
    if
      container.privateNetwork
      && gateway != null
      && gateway.interface == null
      && !isElsewhere family gateway
    then
      gateway // { interface = "eth0"; }
    else
      gateway;

  # Whether a gateway without an interface is given. This asks the definitions, as the option's value depends on the interfaces.
  isGatewayGiven =
    option:
    lib.any (
      gateway: gateway != null && (lib.isString gateway || gateway.interface or null == null)
    ) option.definitions;
in
{
  # Containers inside are run in the same way, if its systemd can do it: before, there was none that does. host.nix
  imports = [
    (import ./start.nix container)
  ]
  ++ lib.optional (lib.versionAtLeast lib.trivial.release "24.11") ./default.nix;

  options.networking = {
    defaultGateway = lib.mkOption { apply = gatewayOnLink "ipv4"; };
    defaultGateway6 = lib.mkOption { apply = gatewayOnLink "ipv6"; };

    # A container that shares the system has another name: it gets it as the one below does, from systemd-nspawn, and finds its
    # address with nss-myhostname. With a domain, programs ask for the full name, and only this file knows it.
    hosts = lib.mkOption {
      apply =
        hosts:
        if hasDefaultName && domain == null && hosts ? "127.0.0.2" then
          hosts // { "127.0.0.2" = lib.remove hostName hosts."127.0.0.2"; }
        else
          hosts;
    };
  };

  config = {
    boot.${if options.boot ? isNspawnContainer then "isNspawnContainer" else "isContainer"} = true;

    # Not by nixpkgs.pkgs, which modules of NixOS ask for before they say what nixpkgs.config is. Its priority is above that of NixOS.
    _module.args.pkgs = lib.mkIf (shared != null) (
      lib.mkOverride (lib.modules.defaultOverridePriority - 1) shared.pkgs
    );
    boot.kernelPackages = lib.mkIf (shared != null) (lib.mkOverride 1400 shared.kernelPackages);

    # What Nixpkgs knows of a platform differs from one to the next.
    nixpkgs =
      if options.nixpkgs ? hostPlatform then
        { inherit (pkgs.stdenv) hostPlatform; }
      else
        { localSystem = { inherit (pkgs.stdenv.hostPlatform) system config; }; };

    # systemd leaves the name in place that systemd-nspawn has set, if there is no /etc/hostname.
    networking.hostName = lib.mkDefault (lib.head (lib.splitString "." name));
    environment.etc.hostname = lib.mkIf (hasDefaultName && hostName != "") {
      enable = lib.mkDefault false;
    };

    # NixOS lets all groups ping. The kernel takes no more than the groups that the container has, or systemd-sysctl.service fails.
    boot.kernel.sysctl."net.ipv4.ping_group_range" = lib.mkIf (flags.hasUserNamespace container) (
      lib.mkOverride 999 "0 65535"
    );

    # Name servers of its own are in the place of the host's. The default of NixOS is to have both, which systemd-resolved refuses.
    networking.useHostResolvConf = lib.mkOverride 999 (
      config.networking.nameservers == [ ] && !config.services.resolved.enable
    );

    # NixOS tells resolvconf of the host's when it boots. They may change later, or may have changed before this is watched.
    systemd.paths.host-resolv-conf = lib.mkIf followsHost {
      description = "Name servers of the host";
      wantedBy = [ "multi-user.target" ];
      unitConfig.ConditionPathExists = hostResolvConf;
      pathConfig.PathChanged = hostResolvConf;
    };
    systemd.services.host-resolv-conf = lib.mkIf followsHost {
      description = "Update of the name servers of the host";
      wantedBy = [ "multi-user.target" ];
      after = [ "host-resolv-conf.path" ];
      unitConfig.ConditionPathExists = hostResolvConf;
      unitConfig.StartLimitIntervalSec = 0;
      path = [ (config.networking.resolvconf.package or config._module.args.pkgs.openresolv) ];
      serviceConfig.Type = "oneshot";
      script = "resolvconf -m 1000 -a host <${hostResolvConf}";
    };

    # There is neither a daemon nor a database of the host's then, and a store that cannot be written.
    nix.enable = lib.mkIf container.isolateStore (lib.mkDefault false);

    # In the network of the host, one that may change it would take the place of the host's firewall.
    networking.firewall.enable = lib.mkIf (!flags.hasOwnLoopback container) (
      lib.mkOverride 1400 false
    );

    # As with the firewall of iptables: in the host's network it would fail.
    systemd.services.nftables = lib.mkIf config.networking.nftables.enable {
      unitConfig.ConditionCapability = "CAP_NET_ADMIN";
    };

    # At its end it would copy itself into memory, for systemd to switch to, which is not done in a container.
    systemd.${if options.systemd ? shutdownRamfs then "shutdownRamfs" else null}.enable =
      lib.mkDefault false;

    networking.useDHCP = lib.mkOverride 999 false;
    networking.interfaces = lib.mkIf (
      container.privateNetwork
      && (
        isGatewayGiven options.networking.defaultGateway
        || isGatewayGiven options.networking.defaultGateway6
      )
    ) { eth0 = { }; };

    systemd.network = {
      networks = lib.mkMerge [
        (lib.mkIf config.networking.useNetworkd (
          lib.listToAttrs (map (link: lib.nameValuePair "40-${link}" asGiven) configuredLinks)
        ))
        # Unless they match another file: all that people call theirs comes first.
        (lib.mkIf (config.systemd.network.enable && links != [ ]) {
          zz-nixos-container = lib.mkMerge [
            asGiven
            {
              matchConfig.Name = lib.concatStringsSep " " links;
              DHCP = if config.networking.useDHCP then "yes" else "no";
            }
          ];
        })
      ];
    }
    # Without any links to configure, it would wait in vain.
    // lib.optionalAttrs (options.systemd.network ? wait-online.enable) {
      wait-online.enable = lib.mkDefault (
        !lib.all (network: network.linkConfig.Unmanaged or false) (
          lib.attrValues config.systemd.network.networks
        )
      );
    };
  };
}
