# SPDX-License-Identifier: MIT
# Names for a network.
{
  services.unbound = {
    enable = true;
    resolveLocalQueries = false;
    settings.server = {
      interface = [ "0.0.0.0" ];
      access-control = [ "192.168.0.0/16 allow" ];
      local-data = [ ''"example.org. A 192.0.2.1"'' ];
    };
  };
  networking.firewall.allowedUDPPorts = [ 53 ];
}
