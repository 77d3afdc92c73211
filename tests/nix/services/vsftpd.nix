# SPDX-License-Identifier: MIT
# Files for everybody.
{
  services.vsftpd = {
    enable = true;
    anonymousUser = true;
    anonymousUserHome = "/srv/ftp";
    anonymousUserNoPassword = true;
    extraConfig = ''
      pasv_min_port=51000
      pasv_max_port=51010
    '';
  };
  networking.firewall.allowedTCPPorts = [ 21 ];
  networking.firewall.allowedTCPPortRanges = [
    {
      from = 51000;
      to = 51010;
    }
  ];
}
