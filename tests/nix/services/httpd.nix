# SPDX-License-Identifier: MIT
# A web server with its own page.
{
  services.httpd.enable = true;
  services.httpd.adminAddr = "admin@example.org";
  networking.firewall.allowedTCPPorts = [ 80 ];
}
