# SPDX-License-Identifier: MIT
# Buckets, of a program that nixpkgs calls insecure.
{ pkgs, ... }:
{
  services.minio.enable = true;
  services.minio.package = pkgs.minio.overrideAttrs (old: {
    meta = removeAttrs old.meta [ "knownVulnerabilities" ];
  });
  networking.firewall.allowedTCPPorts = [ 9000 ];
}
