# SPDX-License-Identifier: MIT
# macvlans
{
  wasabi = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-wasabi";
    macvlans = [ "enp3s0" ];
  };
}
