# SPDX-License-Identifier: MIT
# Each has a name and an address of its own.
let
  path = "/nix/store/00000000000000000000000000000000-nixos-system-web";
  web = number: {
    inherit path;
    privateNetwork = true;
    hostAddress = "192.168.100.10";
    localAddress = "192.168.100.${toString (10 + number)}";
  };
in
{
  web1 = web 1;
  web2 = web 2;
}
