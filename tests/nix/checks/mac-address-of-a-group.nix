# SPDX-License-Identifier: MIT
# A MAC address that no interface can have.
{
  bad = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-bad";
    privateNetwork = true;
    localMacAddress = "01:00:00:00:00:01";
    extraVeths.a.localMacAddress = "00:00:00:00:00:00";
  };
}
