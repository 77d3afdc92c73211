# SPDX-License-Identifier: MIT
# An NFS server of the kernel.
{
  services.nfs.server = {
    enable = true;
    exports = "/srv 192.168.0.0/16(rw)";
  };
  networking.firewall.allowedTCPPorts = [ 2049 ];
}
