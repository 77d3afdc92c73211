# SPDX-License-Identifier: MIT
# Flags that stand for options, which say something else.
{
  users = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-users";
    privateUsers = 65536;
    extraFlags = [
      "--private-users=no"
      "-U"
      "--private-users=yes"
    ];
  };
  same = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-same";
    privateUsers = 65536;
    extraFlags = [ "--private-users=65536" ];
  };
  network = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-network";
    resolvConf = "copy-stub";
    extraFlags = [ "-n" ];
  };
  elsewhere = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-network";
    resolvConf = "copy-stub";
    extraFlags = [ "--network-namespace-path=/run/netns/vpn" ];
  };
}
