# SPDX-License-Identifier: MIT
# Services that a network has, and those that people log in to.
import ./services.nix {
  services = [
    "bind"
    "containers"
    "dnsmasq"
    "fail2ban"
    "kea"
    "openssh"
    "unbound"
    "users"
  ];
  privilegedOnly = [ "containers" ];
  packages = pkgs: [
    pkgs.bind
    pkgs.busybox
    pkgs.dnsmasq
    pkgs.dnsutils
    pkgs.fail2ban
    pkgs.kea
    pkgs.unbound
  ];
  more =
    service:
    if service == "containers" then
      {
        imports = [ ../module.nix ];
        containers.inner.config = {
          imports = [ ../debian/module.nix ];
          documentation.enable = false;
        };
      }
    else
      { };
}
