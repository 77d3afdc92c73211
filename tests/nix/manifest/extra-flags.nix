# SPDX-License-Identifier: MIT
# Each is one argument, or what NixOS would have split.
{
  wasabi = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-wasabi";
    extraFlags = [
      "--setenv=GREETING=hello \"world\" $HOME %i"
      "--bind /a:/b --bind-ro=/c"
      "-U --drop-capability CAP_SYS_CHROOT"
      "--bind"
      "/d e"
    ];
  };
}
