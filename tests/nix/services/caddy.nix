# SPDX-License-Identifier: MIT
# A web server with a page.
{
  services.caddy = {
    enable = true;
    virtualHosts.":80".extraConfig = ''respond "It works!"'';
  };
  networking.firewall.allowedTCPPorts = [ 80 ];
}
