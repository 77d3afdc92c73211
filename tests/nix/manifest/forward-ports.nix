# SPDX-License-Identifier: MIT
# forwardPorts
{
  wasabi = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-wasabi";
    privateNetwork = true;
    localAddress = "192.168.100.11";
    forwardPorts = [
      {
        protocol = "tcp";
        hostPort = 8080;
        containerPort = 80;
      }
      {
        protocol = "udp";
        hostPort = 53;
        containerPort = null;
      }
    ];
  };
}
