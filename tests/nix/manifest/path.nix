# SPDX-License-Identifier: MIT
# A container of which nothing is said but its system.
{
  wasabi = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-wasabi";
  };
}
