# SPDX-License-Identifier: MIT
# isolateStore: the module says which closure it is.
{
  wasabi = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-wasabi";
    isolateStore = true;
    closure = "/nix/store/00000000000000000000000000000000-closure-info/store-paths";
  };
}
