# SPDX-License-Identifier: MIT
# A store that others on the network may use.
{
  services.memcached = {
    enable = true;
    listen = "0.0.0.0";
  };
  networking.firewall.allowedTCPPorts = [ 11211 ];
}
