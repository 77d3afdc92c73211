# SPDX-License-Identifier: MIT
# Names and addresses for a network.
{
  services.dnsmasq = {
    enable = true;
    resolveLocalQueries = false;
    settings = {
      no-resolv = true;
      address = "/example.org/192.0.2.1";
      dhcp-range = "192.168.50.10,192.168.50.100";
    };
  };
  networking.firewall.allowedUDPPorts = [
    53
    67
  ];
}
