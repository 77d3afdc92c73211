# SPDX-License-Identifier: MIT
# What a NixOS of Debian's files does without: units that Debian has in packages that are not in packages.list, or not at all.
{ config, ... }:
{
  # Its udev would find them in a directory of Debian's.
  services.udev.packages = [ config.systemd.package ];

  # There is no kernel that is a library, to check rules with.
  networking.nftables.checkRuleset = false;

  systemd.suppressedSystemUnits = [
    "cryptsetup-pre.target"
    "cryptsetup.target"
    "remote-cryptsetup.target"
    "systemd-bless-boot.service"
    "systemd-boot-random-seed.service"
    "systemd-bootctl.socket"
    "systemd-bootctl@.service"
    "systemd-oomd.service"
    "systemd-oomd.socket"
    "systemd-pcrextend.socket"
    "systemd-pcrextend@.service"
    "systemd-pcrlock.socket"
    "systemd-pcrlock@.service"
    "systemd-repart.socket"
    "systemd-repart@.service"
    "systemd-tpm2-clear.service"
    "systemd-tpm2-setup-early.service"
    "systemd-tpm2-setup.service"
    "systemd-update-utmp.service"
    "systemd-vconsole-setup.service"
  ];
}
