# SPDX-License-Identifier: MIT
# Paths that lead through what a container writes, where links can be that it has made.
let
  container = settings: { path = "/nix/store/00000000000000000000000000000000-nixos-system-web"; } // settings;
in
{
  web = container {
    bindMounts."/data" = {
      hostPath = "/srv/data";
      isReadOnly = false;
    };
    bindMounts."/cache".hostPath = "/srv/data/cache";
  };
  reader = container {
    bindMounts."/srv/data/a" = { };
    bindMounts."/of-the-web".hostPath = "/var/lib/nixos-containers/web/var/lib/of-the-web";
    bindMounts."/of-none".hostPath = "/srv/database";
    credentials.key.path = "/srv/data/cache/key";
    credentials.own.path = "/var/lib/nixos-containers/reader/etc/key";
    networkNamespace = "/srv/data/netns";
  };
  manager = container {
    bindMounts."/containers" = {
      hostPath = "/var/lib/nixos-containers";
      isReadOnly = false;
    };
    bindMounts."/run/host-run" = {
      hostPath = "/";
      isReadOnly = false;
    };
  };
  fleeting = container {
    ephemeral = true;
    tmpfs = [ "/srv/app/data:mode=0700" ];
  };
  shares-a-parent-of-a-mount-point = container {
    bindMounts."/app" = {
      hostPath = "/run/nixos-containers/fleeting/srv/app";
      isReadOnly = false;
    };
  };
  shares-what-is-not-on-the-way = container {
    bindMounts."/app" = {
      hostPath = "/run/nixos-containers/fleeting/srv/other";
      isReadOnly = false;
    };
  };
}
