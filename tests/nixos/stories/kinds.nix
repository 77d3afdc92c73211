# SPDX-License-Identifier: MIT
# A container of each kind that NixOS knows how to set up: none of them may be degraded.
let
  kinds = {
    plain = { };
    host-network = {
      privateNetwork = false;
    };
    ephemeral = {
      ephemeral = true;
    };
    isolated = {
      isolateStore = true;
    };
    users = {
      privateUsers = "pick";
    };
    users-flag = {
      privateNetwork = false;
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

  # What all have, with addresses that are their own.
  container = index: kind: {
    autoStart = true;
    privateNetwork = kind.privateNetwork or true;
    ${if kind.privateNetwork or true then "hostAddress" else null} = "192.168.100.10";
    ${if kind.privateNetwork or true then "localAddress" else null} = "192.168.100.${toString (20 + index)}";
    config = {
      imports = [
        ../debian/module.nix
        (kind.config or { })
      ];
      documentation.enable = false;
      system.stateVersion = "26.05";
      # For who waits for the network.
      systemd.targets.multi-user.wants = [ "network-online.target" ];
    };
  };
  names = builtins.attrNames kinds;
in
{
  first =
    { lib, ... }:
    {
      containers = lib.listToAttrs (
        lib.imap0 (index: name: {
          inherit name;
          value = container index kinds.${name} // removeAttrs kinds.${name} [ "config" ];
        }) names
      );
    };
}
