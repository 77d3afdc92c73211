# SPDX-License-Identifier: MIT
# Addresses for a network.
{
  services.kea.dhcp4 = {
    enable = true;
    settings = {
      interfaces-config.interfaces = [ "eth0" ];
      lease-database.type = "memfile";
      subnet4 = [
        {
          id = 1;
          subnet = "192.168.100.0/24";
          pools = [ { pool = "192.168.100.100 - 192.168.100.200"; } ];
        }
      ];
    };
  };
  networking.firewall.allowedUDPPorts = [ 67 ];
}
