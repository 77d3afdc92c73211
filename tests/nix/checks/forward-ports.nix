# SPDX-License-Identifier: MIT
# What cannot be forwarded.
{
  bad = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-bad";
    privateNetwork = true;
    localAddress = "192.168.100.11";
    forwardPorts = [
      {
        protocol = "sctp";
        hostPort = 0;
        containerPort = 0;
      }
    ];
  };
}
