# SPDX-License-Identifier: MIT
# What is neither user, capability nor device.
{
  bad = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-bad";
    privateUsers = 4294967295;
    additionalCapabilities = [
      "NET_ADMIN"
      "cap_net_admin"
      "all"
    ];
    dropCapabilities = [ "CAP_SYS_CHROOTS" ];
    allowedDevices = [
      {
        node = "/tmp/tty";
        modifier = "rwx";
      }
      {
        node = "char-pts";
        modifier = "rwmr";
      }
      {
        node = "block-a b";
        modifier = "";
      }
    ];
  };
}
