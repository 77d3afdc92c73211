# SPDX-License-Identifier: MIT
# memoryMax, cpuQuota, tasksMax, noNewPrivileges, systemCallFilter, restrictAddressFamilies, credentials,
# onSecretChange
{
  wasabi = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-wasabi";
    memoryMax = "1.5G";
    cpuQuota = "150.5%";
    tasksMax = 4096;
    noNewPrivileges = true;
    systemCallFilter = [
      "@keyring"
      "~@raw-io"
    ];
    restrictAddressFamilies = [ "~AF_PACKET" ];
    onSecretChange = "reload";
    credentials."db password".path = /run/secrets/db;
    isolateStore = false;
  };
}
