# SPDX-License-Identifier: MIT
# A database that others on the network may use.
{ lib, ... }:
{
  services.postgresql = {
    enable = true;
    enableTCPIP = true;
    authentication = lib.mkForce ''
      local all all peer
      host all all 192.168.0.0/16 trust
    '';
  };
  networking.firewall.allowedTCPPorts = [ 5432 ];
}
