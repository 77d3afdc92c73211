# SPDX-License-Identifier: MIT
# resolvConf
{
  wasabi = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-wasabi";
    privateNetwork = true;
    resolvConf = "copy-uplink";
  };
  shared = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-wasabi";
    resolvConf = "replace-stub";
  };
}
