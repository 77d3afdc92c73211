# SPDX-License-Identifier: MIT
# Modes by which a container asks itself for what is to be asked of the host.
builtins.mapAttrs
  (
    _: options:
    options
    // {
      path = "/nix/store/00000000000000000000000000000000-nixos-system-bad";
    }
  )
  {
    private = {
      privateNetwork = true;
      resolvConf = "copy-stub";
    };
    moved = {
      interfaces = [ "enp3s0" ];
      resolvConf = "bind-static";
    };
    elsewhere = {
      networkNamespace = "/run/netns/vpn";
      resolvConf = "replace-stub";
    };
    good = {
      privateNetwork = true;
      resolvConf = "replace-host";
    };
    shared.resolvConf = "bind-stub";
  }
