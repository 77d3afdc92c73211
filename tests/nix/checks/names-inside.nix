# SPDX-License-Identifier: MIT
# Names that interfaces have inside.
{
  bad = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-bad";
    privateNetwork = true;
    hostBridge = "br0";
    extraVeths = {
      eth0 = { };
      lo = { };
      lan0 = { };
    };
    interfaces = [
      "enp3s0:lan0"
      "enp4s0:eth0"
      "enp5s0:wan0"
      "enp6s0:wan0"
    ];
  };
}
