# SPDX-License-Identifier: MIT
# Names for a network.
{ pkgs, ... }:
{
  services.bind = {
    enable = true;
    cacheNetworks = [ "192.168.0.0/16" ];
    zones."example.org" = {
      master = true;
      file = pkgs.writeText "example.org" ''
        $TTL 60
        @ IN SOA ns hostmaster ( 1 3600 600 86400 60 )
        @ IN NS ns
        @ IN A 192.0.2.1
        ns IN A 192.0.2.2
      '';
    };
  };
  networking.firewall.allowedUDPPorts = [ 53 ];
}
