# SPDX-License-Identifier: MIT
# restartIfChanged
{
  wasabi = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-wasabi";
    restartIfChanged = false;
  };
}
