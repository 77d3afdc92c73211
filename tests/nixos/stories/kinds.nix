# SPDX-License-Identifier: MIT
# A container of each kind that NixOS knows how to set up: none of them may be degraded.
let
  container = import ./container.nix;

  # In the network of the host.
  onHost = {
    privateNetwork = false;
    hostAddress = null;
    localAddress = null;
  };

  kinds = {
    plain = { };
    host-network = onHost;
    ephemeral = {
      ephemeral = true;
    };
    isolated = {
      isolateStore = true;
    };
    users = {
      privateUsers = "pick";
    };
    users-flag = onHost // {
      extraFlags = [ "-U" ];
    };
    networkd = {
      config.networking.useNetworkd = true;
      config.systemd.network.wait-online.enable = true;
    };
    networkd-gateway = {
      config.networking.useNetworkd = true;
      config.networking.defaultGateway = "192.168.100.10";
    };
    resolved = {
      config.services.resolved.enable = true;
    };
    nftables = {
      privateUsers = "pick";
      config.networking.nftables.enable = true;
      config.networking.firewall.allowedTCPPorts = [ 80 ];
    };
  };

  # With an address of its own.
  make =
    index: kind:
    container "192.168.100.${toString (20 + index)}" {
      imports = [ (kind.config or { }) ];
      # For who waits for the network.
      systemd.targets.multi-user.wants = [ "network-online.target" ];
    }
    // removeAttrs kind [ "config" ];
in
{
  first =
    { lib, ... }:
    {
      containers = lib.listToAttrs (
        lib.imap0 (index: name: lib.nameValuePair name (make index kinds.${name})) (builtins.attrNames kinds)
      );
    };
}
