# SPDX-License-Identifier: MIT
# What one container cannot have twice.
{
  bad = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-bad";
    privateNetwork = true;
    localAddress = "10.0.0.5";
    forwardPorts = [
      { hostPort = 80; }
      {
        hostPort = 80;
        protocol = "udp";
      }
      {
        hostPort = 80;
        containerPort = 8080;
      }
    ];
    interfaces = [
      "lan0"
      "enp3s0"
      "enp3s0:other"
    ];
    extraVeths = {
      lan0 = {
        localAddress = "10.0.0.5/24";
        forwardPorts = [ { hostPort = 80; } ];
      };
      lan1.localAddress6 = "fc00::5";
      lan2.localAddress6 = "FC00:0:0::5/64";
      lan3.localAddress6 = "1:0:0:2::";
      lan4.localAddress6 = "1::2:0:0:0:0";
    };
  };
}
