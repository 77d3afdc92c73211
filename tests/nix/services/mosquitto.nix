# SPDX-License-Identifier: MIT
# A broker for everybody.
{
  services.mosquitto = {
    enable = true;
    listeners = [
      {
        acl = [ "topic readwrite #" ];
        settings.allow_anonymous = true;
        omitPasswordAuth = true;
      }
    ];
  };
  networking.firewall.allowedTCPPorts = [ 1883 ];
}
