# SPDX-License-Identifier: MIT
# A forge.
{
  services.forgejo.enable = true;
  networking.firewall.allowedTCPPorts = [ 3000 ];
}
