# SPDX-License-Identifier: MIT
# A house with a radio for Zigbee.
{
  services.home-assistant = {
    enable = true;
    extraComponents = [ "zha" ];
    config.default_config = { };
  };
  networking.firewall.allowedTCPPorts = [ 8123 ];
}
