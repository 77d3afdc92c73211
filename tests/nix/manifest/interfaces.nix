# SPDX-License-Identifier: MIT
# interfaces
{
  wasabi = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-wasabi";
    interfaces = [
      "enp3s0"
      "enp4s0:lan"
    ];
  };
}
