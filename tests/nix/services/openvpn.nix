# SPDX-License-Identifier: MIT
# A tunnel.
{
  services.openvpn.servers.office.config = ''
    dev tun
    ifconfig 10.8.0.1 10.8.0.2
    secret /var/lib/openvpn/key
  '';
}
