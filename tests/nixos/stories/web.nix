# SPDX-License-Identifier: MIT
# A web server in a container, as in the manual.
let
  container = import ./container.nix;
in
{
  first.containers.wasabi =
    container "192.168.100.11" {
      services.httpd.enable = true;
      services.httpd.adminAddr = "wasabi@example.org";
      networking.firewall.allowedTCPPorts = [ 80 ];
    }
    // {
      forwardPorts = [
        {
          hostPort = 8080;
          containerPort = 80;
        }
      ];
    };
}
