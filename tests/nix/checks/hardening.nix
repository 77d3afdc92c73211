# SPDX-License-Identifier: MIT
# Limits, system calls and credentials that are none, and a secret that everybody can read.
{
  bad = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-bad";
    memoryMax = "2GB";
    cpuQuota = "0%";
    tasksMax = "101%";
    systemCallFilter = [
      "@keyring bpf"
      "~"
      "~@raw-io"
    ];
    credentials."a:b".path = "/a";
    credentials."a\\b".path = "b";
  };
  large = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-bad";
    memoryMax = "8388608T";
    tasksMax = 0;
  };
  open = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-bad";
    memoryMax = "8388607T";
    cpuQuota = "100000%";
    tasksMax = "100%";
    credentials."my [key]".path = "/nix/store/00000000000000000000000000000000-key";
  };
}
