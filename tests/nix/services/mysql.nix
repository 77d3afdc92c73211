# SPDX-License-Identifier: MIT
# A database that others on the network may use.
{ pkgs, ... }:
{
  services.mysql = {
    enable = true;
    package = pkgs.mariadb;
    initialScript = pkgs.writeText "initial.sql" ''
      CREATE USER 'reader'@'%';
    '';
  };
  networking.firewall.allowedTCPPorts = [ 3306 ];
}
