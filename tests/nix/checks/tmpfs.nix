# SPDX-License-Identifier: MIT
# Where no tmpfs can be.
{
  bad = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-bad";
    tmpfs = [
      "var"
      "/"
      "/:size=1G"
      "/a\\:b:size=1G"
    ];
  };
}
