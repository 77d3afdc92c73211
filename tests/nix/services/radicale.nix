# SPDX-License-Identifier: MIT
# Calendars, behind a web server.
{
  services.radicale = {
    enable = true;
    settings.auth.type = "none";
  };
  services.nginx = {
    enable = true;
    virtualHosts.localhost.locations."/".proxyPass = "http://localhost:5232";
  };
  networking.firewall.allowedTCPPorts = [ 80 ];
}
