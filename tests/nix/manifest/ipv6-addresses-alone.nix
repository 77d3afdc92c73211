# SPDX-License-Identifier: MIT
# With IPv6 alone, people put the addresses into the options without a 6.
{
  wasabi = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-wasabi";
    privateNetwork = true;
    hostAddress = "fc00::1";
    hostAddress6 = null;
    localAddress = "fc00::2";
    extraVeths.lan0 = {
      hostBridge = "br0";
      localAddress = "fc00:1::2/64";
    };
  };
}
