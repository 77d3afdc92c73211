# SPDX-License-Identifier: MIT
# A relay of nobody, for its SOCKS port.
{
  services.tor = {
    enable = true;
    client.enable = true;
    settings.SOCKSPolicy = [ "accept *" ];
  };
}
