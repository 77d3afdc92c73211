# SPDX-License-Identifier: MIT
# systemd-nspawn mounts these over what is there, in a container with a network of its own.
{
  own = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-own";
    privateNetwork = true;
    bindMounts."/sys/class/net" = { };
    bindMounts."/sys/fs/bpf" = { };
  };
  shared = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-shared";
    bindMounts."/sys/class/net" = { };
  };
}
