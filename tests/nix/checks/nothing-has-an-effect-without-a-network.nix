# SPDX-License-Identifier: MIT
# What is ignored is a warning.
{
  bad = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-bad";
    hostBridge = "br0";
    hostAddress = "192.168.100.10";
    hostAddress6 = "fc00::1";
    localAddress = "192.168.100.11";
    localAddress6 = "fc00::2";
    localMacAddress = "02:00:00:00:00:01";
    forwardPorts = [ { hostPort = 80; } ];
    extraVeths.db0.forwardPorts = [ { hostPort = 80; } ];
  };
}
