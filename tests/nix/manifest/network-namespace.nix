# SPDX-License-Identifier: MIT
# networkNamespace; not even one that is written without quotes is copied into the store.
{
  wasabi = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-wasabi";
    networkNamespace = /run/netns/vpn;
  };
}
