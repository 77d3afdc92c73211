# SPDX-License-Identifier: MIT
# A tunnel.
{
  networking.wireguard.interfaces.wg0 = {
    ips = [ "10.100.0.1/24" ];
    listenPort = 51820;
    privateKeyFile = "/var/lib/wireguard/key";
    peers = [
      {
        publicKey = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
        allowedIPs = [ "10.100.0.2/32" ];
      }
    ];
  };
  networking.firewall.allowedUDPPorts = [ 51820 ];
}
