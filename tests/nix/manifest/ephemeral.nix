# SPDX-License-Identifier: MIT
# ephemeral
{
  wasabi = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-wasabi";
    ephemeral = true;
  };
}
