# SPDX-License-Identifier: MIT
# A container with each kind of network: none of them may be degraded, nor touch that of the host.
let
  useNetworkd = {
    networking.useNetworkd = true;
    systemd.network.wait-online.enable = true;
  };
  story = import ./each.nix {
    host.privateNetwork = false;
    host-admin = {
      privateNetwork = false;
      additionalCapabilities = [ "CAP_NET_ADMIN" ];
    };
    host-nftables = {
      privateNetwork = false;
      config.networking.nftables.enable = true;
    };
    host-networkd = {
      privateNetwork = false;
      config.networking.useNetworkd = true;
    };
    networkd.config = useNetworkd;
    networkd-gateway.config = {
      networking.useNetworkd = true;
      networking.defaultGateway = "192.168.100.10";
    };
    networkd-users = {
      privateUsers = "pick";
      config = useNetworkd;
    };
    networkd-ephemeral = {
      ephemeral = true;
      config = useNetworkd;
    };
    networkd-bridge = {
      hostAddress = null;
      hostBridge = "br0";
      localAddress = "192.168.101.2/24";
      config = useNetworkd;
    };
  };
in
{
  first = {
    imports = [ story.first ];
    networking.bridges.br0.interfaces = [ ];
    networking.interfaces.br0.ipv4.addresses = [
      {
        address = "192.168.101.1";
        prefixLength = 24;
      }
    ];
    networking.firewall.allowedTCPPorts = [ 1234 ];
  };
}
