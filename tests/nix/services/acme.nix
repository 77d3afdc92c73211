# SPDX-License-Identifier: MIT
# A web server with certificates.
{
  security.acme.acceptTerms = true;
  security.acme.defaults.email = "admin@example.org";
  services.nginx = {
    enable = true;
    virtualHosts."www.example.org" = {
      enableACME = true;
      forceSSL = true;
    };
  };
  networking.firewall.allowedTCPPorts = [
    80
    443
  ];
}
