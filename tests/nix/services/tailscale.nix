# SPDX-License-Identifier: MIT
# A node of a tailnet that leads to the network behind it.
{
  services.tailscale = {
    enable = true;
    useRoutingFeatures = "server";
  };
}
