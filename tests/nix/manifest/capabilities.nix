# SPDX-License-Identifier: MIT
# additionalCapabilities, dropCapabilities
{
  wasabi = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-wasabi";
    additionalCapabilities = [
      "CAP_NET_ADMIN"
      "CAP_IPC_LOCK"
    ];
    dropCapabilities = [ "CAP_SYS_CHROOT" ];
  };
}
