# SPDX-License-Identifier: MIT
# A store that others on the network may use.
{
  services.redis.servers."" = {
    enable = true;
    bind = null;
    settings.protected-mode = "no";
    openFirewall = true;
  };
}
