# SPDX-License-Identifier: MIT
# timeoutReloadSec
{
  wasabi = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-wasabi";
    timeoutReloadSec = "1h";
  };
}
