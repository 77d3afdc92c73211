# SPDX-License-Identifier: MIT
# Passwords.
{
  services.vaultwarden = {
    enable = true;
    config.ROCKET_ADDRESS = "::";
  };
  networking.firewall.allowedTCPPorts = [ 8000 ];
}
