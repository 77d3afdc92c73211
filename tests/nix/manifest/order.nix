# SPDX-License-Identifier: MIT
# after, requires and wants
{
  database.path = "/nix/store/00000000000000000000000000000000-nixos-system-database";
  web = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-web";
    after = [
      "database"
      "network-online.target"
    ];
    requires = [ "database" ];
    wants = [ "network-online.target" ];
  };
}
