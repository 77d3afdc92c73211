# SPDX-License-Identifier: MIT
# hostAddress, localAddress and the like
{
  wasabi = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-wasabi";
    privateNetwork = true;
    hostAddress = "192.168.100.10";
    hostAddress6 = "fc00::1";
    localAddress = "192.168.100.11";
    localAddress6 = "fc00::2";
  };
}
