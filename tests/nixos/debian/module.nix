# SPDX-License-Identifier: MIT
# What is to be said to a NixOS of Debian's files.
{ config, ... }:
{
  # Its udev would find them in a directory of Debian's.
  services.udev.packages = [ config.systemd.package ];

  # There is no kernel that is a library, to check rules with.
  networking.nftables.checkRuleset = false;
}
