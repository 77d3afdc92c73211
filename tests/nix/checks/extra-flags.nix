# SPDX-License-Identifier: MIT
# Arguments that cannot be in a unit.
{
  bad = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-bad";
    extraFlags = [
      ""
      "--setenv=A=b\nc"
    ];
  };
}
