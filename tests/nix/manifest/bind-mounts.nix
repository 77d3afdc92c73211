# SPDX-License-Identifier: MIT
# bindMounts
{
  wasabi = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-wasabi";
    bindMounts = {
      "/etc/ssl/site" = { };
      "/mapped:idmap" = { };
      "/with:colon" = { };
      "/as-root:rootidmap" = { };
      "/unmapped".idmap = "noidmap";
      "/var/log/nginx" = {
        hostPath = "/srv/wasabi logs";
        isReadOnly = false;
        hostPathMode = "0750";
        hostPathUser = "nginx";
        hostPathGroup = "60";
      };
      "/run/socket" = {
        hostPathType = "socket";
        hostPathMissing = "fail";
      };
      called-otherwise = {
        mountPoint = "/mnt/usb";
        hostPath = "/media/usb";
      };
    };
  };
}
