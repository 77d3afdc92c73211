# SPDX-License-Identifier: MIT
# A NixOS host with @number containers that have different services, declared for this module, or for that of NixOS alone (@stock).
{
  number,
  stock ? false,
  share ? true,
}:
let
  machine = import <nixpkgs/nixos/lib/eval-config.nix> {
    system = null;
    modules = [ host ] ++ (if stock then [ ] else [ own ]);
  };

  own = {
    imports = [ (import ../..).nixosModule ];
    boot.containerGenerator.sharePackages = share;
  };

  host =
    { lib, ... }:
    {
      nixpkgs.hostPlatform = "x86_64-linux";
      boot.loader.grub.enable = false;
      fileSystems."/" = {
        device = "/dev/sda1";
        fsType = "ext4";
      };
      documentation.enable = false;
      system.stateVersion = lib.trivial.release;
      containers = lib.listToAttrs (
        lib.imap1 (i: config: lib.nameValuePair "c${toString i}" (container i config)) (
          lib.take number configs
        )
      );
    };

  container = i: config: {
    autoStart = true;
    privateNetwork = true;
    hostAddress = "10.0.0.1";
    localAddress = "10.1.0.${toString i}";
    config =
      { lib, ... }:
      {
        imports = [ config ];
        documentation.enable = false;
        system.stateVersion = lib.trivial.release;
      };
  };

  configs = [
    { services.nginx.enable = true; }
    { services.openssh.enable = true; }
    { services.postgresql.enable = true; }
    { services.redis.servers.cache.enable = true; }
    { services.prometheus.enable = true; }
    {
      services.grafana.enable = true;
      services.grafana.settings.security.secret_key = "bench";
    }
    { services.mosquitto.enable = true; }
    { services.unbound.enable = true; }
    { services.gitea.enable = true; }
    { services.vaultwarden.enable = true; }
  ];
in
{
  system = machine.config.system.build.toplevel.drvPath;
  containers = builtins.mapAttrs (_: container: "${container.path}") machine.config.containers;
}
