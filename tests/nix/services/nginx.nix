# SPDX-License-Identifier: MIT
# A web server with a page.
{
  services.nginx = {
    enable = true;
    virtualHosts.localhost.locations."/".return = "200 'It works!'";
  };
  networking.firewall.allowedTCPPorts = [ 80 ];
}
