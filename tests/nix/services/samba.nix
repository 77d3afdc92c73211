# SPDX-License-Identifier: MIT
# A share for everybody.
{
  services.samba = {
    enable = true;
    openFirewall = true;
    settings.global."map to guest" = "Bad User";
    settings.public = {
      path = "/srv/public";
      "guest ok" = "yes";
    };
  };
  systemd.tmpfiles.rules = [ "d /srv/public" ];
}
