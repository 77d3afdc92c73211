# SPDX-License-Identifier: MIT
# A network namespace and another network.
{
  bad = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-bad";
    networkNamespace = "/run/netns/vpn";
    privateNetwork = true;
    interfaces = [ "enp3s0" ];
    macvlans = [ "enp3s0" ];
    extraVeths.a = { };
  };
}
