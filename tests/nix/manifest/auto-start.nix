# SPDX-License-Identifier: MIT
# autoStart
{
  wasabi = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-wasabi";
    autoStart = true;
  };
}
