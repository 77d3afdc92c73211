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
  systemd.services =
    lib.genAttrs
      (
        lib.optional config.services.postgresql.enable "postgresql"
        ++ lib.optional (config.services.redis.servers != { }) "redis"
      )
      (_: {
        environment.LOCPATH = "${pkgs.glibcLocales}/lib/locale";
      });

  # Its programs look for the socket in another directory.
  services.mysql.settings = lib.mkIf config.services.mysql.enable {
    mysqld.socket = "/run/mysqld/mysqld.sock";
    client.socket = "/run/mysqld/mysqld.sock";
  };
}
