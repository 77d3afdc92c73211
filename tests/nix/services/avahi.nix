# SPDX-License-Identifier: MIT
# Names on the local network.
{
  services.avahi = {
    enable = true;
    nssmdns4 = true;
    publish.enable = true;
  };
}
