# SPDX-License-Identifier: MIT
# What is to be said to a NixOS of Debian's files.
{
  config,
  lib,
  pkgs,
  ...
}:
{
  # Its udev would find them in a directory of Debian's.
  services.udev.packages = [ config.systemd.package ];

  # There is no kernel that is a library, to check rules with.
  networking.nftables.checkRuleset = false;

  # There is one locale, which programs that insist on theirs have to be shown.
  i18n.defaultLocale = lib.mkDefault "C.UTF-8";
  systemd.services = lib.mkMerge [
    (lib.genAttrs
      (
        lib.optional config.services.postgresql.enable "postgresql"
        ++ lib.optional (config.services.redis.servers != { }) "redis"
      )
      (_: {
        environment.LOCPATH = "${pkgs.glibcLocales}/lib/locale";
      })
    )
    # What it runs by a path of Debian's, as does sshd.
    (lib.mkIf config.services.kea.dhcp4.enable {
      kea-dhcp4-server.environment.KEA_LFC_EXECUTABLE = "${pkgs.kea}/bin/kea-lfc";
    })
  ];
  services.openssh.settings = lib.mkIf config.services.openssh.enable {
    SshdSessionPath = "${pkgs.openssh}/lib/openssh/sshd-session";
    SshdAuthPath = "${pkgs.openssh}/lib/openssh/sshd-auth";
  };

  # Its directory of privilege separation.
  systemd.tmpfiles.rules = lib.mkIf config.services.openssh.enable [ "d /run/sshd 0755 root root -" ];

  # It looks for its plugins in a directory of Debian's.
  environment.etc."sudo.conf".text = "Path plugin_dir ${pkgs.sudo}/libexec/sudo/\n";

  # Its programs look for the socket in another directory.
  services.mysql.settings = lib.mkIf config.services.mysql.enable {
    mysqld.socket = "/run/mysqld/mysqld.sock";
    client.socket = "/run/mysqld/mysqld.sock";
  };
}
