# SPDX-License-Identifier: MIT
# hostBridge
{
  wasabi = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-wasabi";
    privateNetwork = true;
    hostBridge = "br0";
    localAddress = "10.0.0.5/24";
    localAddress6 = "fc00::5/64";
  };
}
