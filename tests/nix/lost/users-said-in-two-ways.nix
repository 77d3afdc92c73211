# SPDX-License-Identifier: MIT
# Who says both hardly means the one that counts.
{
  shared = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-shared";
    unprivileged = false;
    extraFlags = [ "-U" ];
  };
  root = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-root";
    unprivileged = true;
    extraFlags = [ "--private-users=no" ];
  };
}
