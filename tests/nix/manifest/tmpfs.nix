# SPDX-License-Identifier: MIT
# tmpfs
{
  wasabi = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-wasabi";
    tmpfs = [
      "/var"
      "/scratch:mode=0700,size=1G"
    ];
  };
}
