# SPDX-License-Identifier: MIT
# devices
{
  wasabi = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-wasabi";
    devices = [
      "/dev/dri/renderD128"
      "/dev/serial/by-id/usb-0658_0200-if00"
    ];
  };
}
