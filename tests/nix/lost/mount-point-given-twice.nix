# SPDX-License-Identifier: MIT
# A mapping has one of the two.
{
  bad = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-bad";
    bindMounts = {
      one.mountPoint = "/a";
      two.mountPoint = "/a:rootidmap";
    };
  };
}
