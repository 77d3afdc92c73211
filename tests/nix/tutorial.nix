# SPDX-License-Identifier: MIT
# The configuration.nix that the README leads to, but for what is the machine's own.
{ ... }:
{
  containers.wasabi = {
    autoStart = true;
    ephemeral = true;

    privateNetwork = true;
    hostAddress = "192.168.100.10";
    localAddress = "192.168.100.11";
    internetAccess = true;
    forwardPorts = [
      {
        hostPort = 8080;
        containerPort = 80;
      }
    ];

    bindMounts."/var/log/httpd" = {
      hostPath = "/srv/wasabi-logs";
      isReadOnly = false;
    };

    unprivileged = true;

    config =
      { ... }:
      {
        services.httpd.enable = true;
        services.httpd.adminAddr = "wasabi@example.org";
        networking.firewall.allowedTCPPorts = [ 80 ];
        system.stateVersion = "26.05";
      };
  };
}
