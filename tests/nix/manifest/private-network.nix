# SPDX-License-Identifier: MIT
# privateNetwork
{
  wasabi = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-wasabi";
    privateNetwork = true;
  };
}
