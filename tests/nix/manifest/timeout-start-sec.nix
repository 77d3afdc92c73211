# SPDX-License-Identifier: MIT
# timeoutStartSec
{
  wasabi = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-wasabi";
    timeoutStartSec = "1min 30s";
  };
}
