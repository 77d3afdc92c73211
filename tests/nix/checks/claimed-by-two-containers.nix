# SPDX-License-Identifier: MIT
# Two containers that are to run in turn: a warning names both.
let
  container =
    settings:
    {
      path = "/nix/store/00000000000000000000000000000000-nixos-system-web";
      privateNetwork = true;
    }
    // settings;
in
{
  blue = container {
    localAddress = "10.0.0.5";
    forwardPorts = [ { hostPort = 80; } ];
    interfaces = [ "enp3s0" ];
  };
  green = container {
    localAddress = "10.0.0.5/24";
    forwardPorts = [
      { hostPort = 8080; }
      { hostPort = 80; }
    ];
    extraVeths.enp3s0 = { };
  };
  on-a-bridge = container {
    hostBridge = "br0";
    localAddress = "10.0.0.5";
  };
  on-the-same-bridge = container {
    hostBridge = "br0";
    localAddress = "10.0.0.5/24";
  };
}
