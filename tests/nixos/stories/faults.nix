# SPDX-License-Identifier: MIT
# What goes wrong in a switch, and what is switched to after it.
let
  container = import ./container.nix;
  wasabi = container "192.168.100.11" { };

  # A secret that containers are restarted for, as sops-nix has it done: one that is declared, twice, and one that is not.
  secret = {
    system.activationScripts.secret.text = ''
      mkdir -p /run/nixos
      printf '%s\n' container@wasabi.service container@wasabi.service container@undeclared.service >>/run/nixos/activation-restart-list
    '';
  };
in
{
  first.containers = { inherit wasabi; };

  secret = {
    imports = [ secret ];
    containers = { inherit wasabi; };
  };

  # One that cannot start, and one in which a unit fails.
  failing.containers = {
    wasabi = container "192.168.100.11" {
      systemd.services.failing = {
        wantedBy = [ "multi-user.target" ];
        serviceConfig.Type = "oneshot";
        script = "echo 'The soup is cold.' >&2; exit 1";
      };
    };
    broken = container "192.168.100.12" { } // {
      bindMounts."/mnt".hostPath = "/sys/kernel/nothing";
    };
  };

  # What is set for the unit, as for any other of NixOS.
  unit = {
    containers = { inherit wasabi; };
    systemd.services."container@wasabi" = {
      serviceConfig.LimitNOFILE = 4096;
      environment.SOUP = "miso";
      postStart = ''echo "$INSTANCE is in $root, with $SOUP" >/run/post-start'';
    };
  };

  without = { };

  stock.containers = { inherit wasabi; };
  stock-none = { };
}
