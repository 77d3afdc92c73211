# SPDX-License-Identifier: MIT
# Dashboards.
{
  services.grafana = {
    enable = true;
    settings.server.http_addr = "";
    settings.security.secret_key = "$__file{/var/lib/grafana/secret-key}";
  };
  networking.firewall.allowedTCPPorts = [ 3000 ];
}
