# SPDX-License-Identifier: MIT
# One mount point in several forms.
{
  bad = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-bad";
    bindMounts = {
      "/a//b" = { };
      "/a/b/" = { };
    };
  };
}
