# SPDX-License-Identifier: MIT
# hostIP, openFirewall and ranges of forwardPorts
{
  wasabi = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-wasabi";
    privateNetwork = true;
    localAddress = "192.168.100.11";
    forwardPorts = [
      {
        hostPort = "8000-8010";
        containerPort = 80;
        openFirewall = true;
      }
      {
        hostPort = 8080;
        hostIP = "127.0.0.1";
        openFirewall = false;
      }
    ];
  };
}
