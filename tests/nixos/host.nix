# SPDX-License-Identifier: MIT
# What any NixOS host of the stories is, beside what its story says: one that boots in namespaces, without a kernel and disks of its own.
{ lib, pkgs, ... }:
{
  imports = [ ./debian/module.nix ];

  boot.loader.grub.enable = false;
  boot.initrd.enable = false;
  boot.kernel.enable = false;
  fileSystems."/" = {
    device = "none";
    fsType = "tmpfs";
  };
  # The kernel is the machine's.
  systemd.coredump.enable = false;
  system.activationScripts.modprobe = lib.mkForce "";
  documentation.enable = false;
  # For who looks at what there is.
  environment.systemPackages = [ pkgs.nftables ];
  networking.useDHCP = false;
  system.stateVersion = lib.mkDefault "26.05";
}
