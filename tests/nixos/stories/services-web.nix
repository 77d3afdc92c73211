# SPDX-License-Identifier: MIT
# Services that are asked for pages and files.
import ./services.nix {
  more =
    service:
    { lib, ... }:
    lib.optionalAttrs (service == "transmission") {
      # As the host's evaluation says.
      systemd.services.transmission.serviceConfig.RootDirectory = lib.mkForce "";
    }
    // lib.optionalAttrs (service == "samba") {
      # Debian has it in a package of its own.
      services.samba.winbindd.enable = false;
    };
  services = [
    "caddy"
    "haproxy"
    "httpd"
    "nginx"
    "prometheus"
    "samba"
    "transmission"
    "vsftpd"
  ];
  packages = pkgs: [
    pkgs.apacheHttpd
    pkgs.caddy
    pkgs.haproxy
    pkgs.nginxStable
    pkgs.prometheus
    pkgs.samba
    pkgs.transmission_4
    pkgs.vsftpd
  ];
}
