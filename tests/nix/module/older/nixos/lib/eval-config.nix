# SPDX-License-Identifier: MIT
# Stands for a Nixpkgs of 20.09: the options that a container is given something by, or looked at, as they were there and no others.
{
  system,
  modules,
  prefix,
  specialArgs,
}:
let
  current = import <nixpkgs/lib>;
  lib = current.extend (
    _: previous: {
      trivial = previous.trivial // {
        release = "20.09";
      };
    }
  );
  inherit (lib) mkOption types;

  option = type: default: mkOption { inherit type default; };
  set = options: types.attrsOf (types.submodule { inherit options; });
  anything = option (types.attrsOf types.unspecified) { };

  address = types.submodule {
    options = {
      address = mkOption { type = types.str; };
      prefixLength = mkOption { type = types.int; };
    };
  };
  gateway = types.nullOr (
    types.coercedTo types.str (address: { inherit address; }) (
      types.submodule {
        options = {
          address = mkOption { type = types.str; };
          interface = option (types.nullOr types.str) null;
          metric = option (types.nullOr types.int) null;
        };
      }
    )
  );

  unit = {
    enable = option types.bool true;
    description = option types.str "";
    wantedBy = option (types.listOf types.str) [ ];
    after = option (types.listOf types.str) [ ];
    unitConfig = anything;
  };

  options = {
    assertions = option (types.listOf types.unspecified) [ ];
    boot.isContainer = option types.bool false;
    boot.kernel.sysctl = option (types.attrsOf types.str) { };
    environment.etc = option (set {
      enable = option types.bool true;
    }) { };
    networking = {
      hostName = option types.str "nixos";
      domain = option (types.nullOr types.str) null;
      hosts = option (types.attrsOf (types.listOf types.str)) { };
      firewall.enable = option types.bool true;
      firewall.extraCommands = option types.lines "";
      firewall.extraPackages = option (types.listOf types.package) [ ];
      localCommands = option types.lines "";
      search = option (types.listOf types.str) [ ];
      nftables.enable = option types.bool false;
      nameservers = option (types.listOf types.str) [ ];
      defaultGateway = option gateway null;
      defaultGateway6 = option gateway null;
      interfaces = option (types.attrsOf (
        types.submodule (
          { name, ... }:
          {
            options = {
              name = option types.str name;
              ipv4.addresses = option (types.listOf address) [ ];
              ipv6.addresses = option (types.listOf address) [ ];
            };
          }
        )
      )) { };
      resolvconf.enable = option types.bool true;
      useDHCP = option types.bool true;
      useHostResolvConf = option types.bool true;
      useNetworkd = option types.bool false;
    };
    nix.enable = option types.bool true;
    nixpkgs.system = mkOption { type = types.str; };
    nixpkgs.localSystem = option types.attrs { };
    security.wrappers = option (types.attrsOf types.unspecified) { };
    services.nscd.enable = option types.bool true;
    services.resolved.enable = option types.bool false;
    system.build = option (types.attrsOf types.unspecified) { };
    users.users = option (set {
      subUidRanges = option (types.listOf types.unspecified) [ ];
      subGidRanges = option (types.listOf types.unspecified) [ ];
    }) { };
    systemd = {
      generators = option (types.attrsOf types.path) { };
      suppressedSystemUnits = option (types.listOf types.str) [ ];
      paths = option (set (unit // { pathConfig = anything; })) { };
      services = option (set (
        unit
        // {
          path = option (types.listOf types.str) [ ];
          environment = option (types.attrsOf types.str) { };
          script = option types.lines "";
          serviceConfig = anything;
        }
      )) { };
      network.enable = option types.bool false;
      network.networks = option (set {
        matchConfig = anything;
        linkConfig = anything;
        networkConfig = anything;
        DHCP = option types.str "";
      }) { };
    };
  };
in
lib.evalModules {
  inherit prefix;
  specialArgs = specialArgs // {
    inherit lib;
  };
  modules = modules ++ [
    {
      inherit options;
      config = {
        _module.args.pkgs.openresolv = "/nix/store/00000000000000000000000000000000-openresolv";
        nixpkgs.system = lib.mkDefault system;
        system.build.toplevel = "/nix/store/00000000000000000000000000000000-nixos-system-older";
      };
    }
  ];
}
