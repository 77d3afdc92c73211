# SPDX-License-Identifier: MIT
# extraVeths
{
  wasabi = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-wasabi";
    extraVeths = {
      db0 = {
        hostAddress = "10.1.0.1";
        localAddress = "10.1.0.2";
        hostBridge = null;
        forwardPorts = [ { hostPort = 5432; } ];
      };
      lan0 = {
        hostBridge = "br1";
        localAddress6 = "fc00::5/64";
        localMacAddress = "02:00:00:00:00:02";
        forwardPorts = [ ];
      };
    };
  };
}
