# SPDX-License-Identifier: MIT
# What cannot be mounted.
{
  bad = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-bad";
    bindMounts = {
      relative = { };
      "/".hostPath = "/srv";
      "/a/../b" = { };
      "/a".hostPath = "srv\n";
      "/b".hostPathMode = "u=rwx";
      "/c".hostPathUser = "6-6";
      "/d".hostPathGroup = "-1";
      "/e".hostPath = "/a \"quoted\" \\ path\t";
      "/f".hostPathUser = "65535";
      "/g".idmap = "map";
    };
  };
}
