# SPDX-License-Identifier: MIT
# Of those of systemd-nspawn's, only an idmap is kept.
{
  a = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-a";
    bindMounts."/a:norbind,rootidmap" = { };
    bindMounts."/b:rootidmap" = { };
    bindMounts."/c:idmap,norbind" = { };
  };
}
