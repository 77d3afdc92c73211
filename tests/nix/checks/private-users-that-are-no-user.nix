# SPDX-License-Identifier: MIT
# 65535 is no user ID.
{
  bad = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-bad";
    privateUsers = 65535;
  };
}
