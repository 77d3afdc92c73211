# SPDX-License-Identifier: MIT
# Files of elsewhere, by FUSE.
{
  fileSystems."/mnt/music" = {
    device = "alice@files.example.org:/music";
    fsType = "fuse.sshfs";
    options = [ "noauto" ];
  };
  programs.fuse.enable = true;
}
