# SPDX-License-Identifier: MIT
# Between this module and that of NixOS, with the same containers: one that starts at boot, and one that does not.
let
  container = import ./container.nix;
  both.containers = {
    wasabi = container "192.168.100.11" { } // {
      forwardPorts = [ { hostPort = 8080; } ];
    };
    shoyu = container "192.168.100.12" { } // {
      autoStart = false;
    };
  };
in
{
  first = both;
  stock = both;
}
