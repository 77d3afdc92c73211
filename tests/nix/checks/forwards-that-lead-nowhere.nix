# SPDX-License-Identifier: MIT
# Forwards that can never lead to the container.
{
  bad = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-bad";
    privateNetwork = true;
    localAddress = "192.168.100.11";
    forwardPorts = [
      {
        hostPort = 80;
        hostIP = "2001:db8::1";
      }
      {
        hostPort = 81;
        hostIP = "127.0.0.1";
        protocol = "udp";
      }
      {
        hostPort = 82;
        hostIP = "192.0.2.1/24";
      }
      {
        hostPort = "83-84";
        containerPort = 65535;
      }
      { hostPort = "1-1001"; }
      { hostPort = "85"; }
    ];
    extraVeths.db0 = {
      localAddress6 = "fd00::2";
      forwardPorts = [
        {
          hostPort = 86;
          hostIP = "192.0.2.1";
        }
      ];
    };
  };
}
