# SPDX-License-Identifier: MIT
# One host port at two addresses of the host, and at one; ranges that have some in common.
{
  a = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-a";
    privateNetwork = true;
    localAddress = "192.168.100.11";
    forwardPorts = [
      {
        hostPort = 80;
        hostIP = "192.0.2.1";
      }
    ];
  };
  b = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-b";
    privateNetwork = true;
    localAddress = "192.168.100.12";
    forwardPorts = [
      {
        hostPort = 80;
        hostIP = "192.0.2.2";
      }
      {
        hostPort = "79-80";
        hostIP = "192.0.2.1";
      }
    ];
  };
  d = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-d";
    privateNetwork = true;
    localAddress = "192.168.100.14";
    forwardPorts = [
      { hostPort = "80-82"; }
      { hostPort = 83; }
    ];
  };
  e = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-e";
    privateNetwork = true;
    localAddress = "192.168.100.15";
    forwardPorts = [ { hostPort = "81-84"; } ];
  };
}
