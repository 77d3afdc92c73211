# SPDX-License-Identifier: MIT
# Mail.
{
  services.postfix = {
    enable = true;
    settings.main.myhostname = "mail.example.org";
  };
  networking.firewall.allowedTCPPorts = [ 25 ];
}
