# SPDX-License-Identifier: MIT
# A cloud with its database beside it.
{ pkgs, ... }:
{
  services.nextcloud = {
    enable = true;
    hostName = "cloud.example.org";
    database.createLocally = true;
    configureRedis = true;
    config.dbtype = "pgsql";
    config.adminpassFile = "/run/credentials/admin-password";
  };
  networking.firewall.allowedTCPPorts = [ 80 ];
}
