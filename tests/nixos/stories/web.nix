# SPDX-License-Identifier: MIT
# A web server in a container, as in the manual.
let
  web = {
    containers.wasabi = {
      autoStart = true;
      privateNetwork = true;
      hostAddress = "192.168.100.10";
      localAddress = "192.168.100.11";
      forwardPorts = [
        {
          hostPort = 8080;
          containerPort = 80;
        }
      ];
      config = {
        imports = [ ../debian/module.nix ];
        services.httpd.enable = true;
        services.httpd.adminAddr = "wasabi@example.org";
        networking.firewall.allowedTCPPorts = [ 80 ];
        documentation.enable = false;
        system.stateVersion = "26.05";
      };
    };
  };
in
{
  first = web;
}
