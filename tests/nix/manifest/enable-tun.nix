# SPDX-License-Identifier: MIT
# enableTun
{
  wasabi = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-wasabi";
    enableTun = true;
  };
}
