# SPDX-License-Identifier: MIT
# Accounts for other services.
{
  services.keycloak = {
    enable = true;
    settings.hostname = "id.example.org";
    settings.http-enabled = true;
    database.passwordFile = "/var/lib/keycloak-password";
  };
  networking.firewall.allowedTCPPorts = [ 80 ];
}
