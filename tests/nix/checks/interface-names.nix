# SPDX-License-Identifier: MIT
# What is no name of an interface.
{
  bad = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-bad";
    privateNetwork = true;
    hostBridge = "br 0";
    interfaces = [
      "sixteencharacter"
      "0123"
      "a:b:c"
      "a:"
    ];
    macvlans = [ "-a" ];
    extraVeths = {
      "." = { };
      "a/b" = { };
    };
  };
}
