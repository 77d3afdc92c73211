# SPDX-License-Identifier: MIT
# localMacAddress
{
  wasabi = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-wasabi";
    privateNetwork = true;
    localMacAddress = "02:00:00:00:00:01";
  };
}
