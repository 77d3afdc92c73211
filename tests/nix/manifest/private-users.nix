# SPDX-License-Identifier: MIT
# privateUsers
{
  wasabi = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-wasabi";
    privateUsers = "pick";
  };
}
