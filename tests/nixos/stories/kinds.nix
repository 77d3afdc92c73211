# SPDX-License-Identifier: MIT
# A container of each kind that NixOS knows how to set up: none of them may be degraded.
import ./each.nix {
  plain = { };
  ephemeral = {
    ephemeral = true;
  };
  isolated = {
    isolateStore = true;
  };
  isolated-users = {
    isolateStore = true;
    privateUsers = "pick";
  };
  users = {
    privateUsers = "pick";
  };
  users-flag = {
    privateNetwork = false;
    extraFlags = [ "-U" ];
  };
  resolved = {
    config.services.resolved.enable = true;
  };
  nftables = {
    privateUsers = "pick";
    config.networking.nftables.enable = true;
    config.networking.firewall.allowedTCPPorts = [ 80 ];
  };
}
