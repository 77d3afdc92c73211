# SPDX-License-Identifier: MIT
# internetAccess
{
  online = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-wasabi";
    privateNetwork = true;
    hostAddress = "192.168.100.10";
    internetAccess = true;
  };
  offline = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-wasabi";
    privateNetwork = true;
    hostAddress = "192.168.100.10";
    internetAccess = false;
  };
  other = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-wasabi";
    internetAccess = null;
  };
}
