# SPDX-License-Identifier: MIT
# Metrics, those of the container itself.
{
  services.prometheus = {
    enable = true;
    globalConfig.scrape_interval = "2s";
    exporters.node.enable = true;
    scrapeConfigs = [
      {
        job_name = "node";
        static_configs = [ { targets = [ "localhost:9100" ]; } ];
      }
    ];
  };
  networking.firewall.allowedTCPPorts = [ 9090 ];
}
