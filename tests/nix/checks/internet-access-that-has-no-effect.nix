# SPDX-License-Identifier: MIT
# internetAccess without a routed link to the host.
{
  bridged = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-bad";
    privateNetwork = true;
    hostBridge = "br0";
    internetAccess = true;
  };
  nowhere = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-bad";
    privateNetwork = true;
    localAddress = "192.168.100.12";
    internetAccess = true;
  };
  shared = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-bad";
    internetAccess = true;
  };
}
