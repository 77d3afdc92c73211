# SPDX-License-Identifier: MIT
# A host with containers of one kind, run by this module (web1 to web20), and beside them the units that NixOS's own module makes of the same
# containers (stock1 to stock20), for ./start to compare. All of a module share one system.
let
  count = 20;
  names = prefix: builtins.genList (i: "${prefix}${toString (i + 1)}") count;
  web =
    lib: prefix: network: first:
    lib.listToAttrs (
      lib.imap1 (i: name: {
        inherit name;
        value = {
          privateNetwork = true;
          timeoutStartSec = "10min";
          hostAddress = "${network}.1";
          localAddress = "${network}.${toString (100 + i)}";
        }
        // (
          if i == 1 then
            {
              config = {
                imports = [ ../debian/module.nix ];
                services.nginx = {
                  enable = true;
                  virtualHosts.default.locations."/".return = "200 here";
                };
                networking.firewall.allowedTCPPorts = [ 80 ];
                documentation.enable = false;
                system.stateVersion = "26.05";
              };
            }
          else
            { path = first; }
        );
      }) (names prefix)
    );
in
{
  first =
    { config, lib, ... }:
    let
      stock =
        (import <nixpkgs/nixos/lib/eval-config.nix> {
          system = null;
          modules = [
            ../host.nix
            { nixpkgs.hostPlatform = "x86_64-linux"; }
            (
              { config, lib, ... }:
              {
                containers = web lib "stock" "192.168.101" config.containers.stock1.path;
              }
            )
          ];
        }).config;
      ofStock = lib.filterAttrs (name: _: lib.hasPrefix "container@stock" name) stock.systemd.units;
    in
    {
      containers = web lib "web" "192.168.100" config.containers.web1.path;
      systemd.units = lib.mapAttrs (_: unit: { inherit (unit) text; }) ofStock;
      environment.etc = lib.filterAttrs (name: _: lib.hasPrefix "nixos-containers/" name) stock.environment.etc;
    };
}
