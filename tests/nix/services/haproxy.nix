# SPDX-License-Identifier: MIT
# A proxy in front of nothing.
{
  services.haproxy = {
    enable = true;
    config = ''
      defaults
        mode http
        timeout client 5s
        timeout server 5s
        timeout connect 5s
      frontend web
        bind :80
        http-request return status 200 content-type text/plain string "It works!"
    '';
  };
  networking.firewall.allowedTCPPorts = [ 80 ];
}
