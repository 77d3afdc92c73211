# SPDX-License-Identifier: MIT
# Services that keep something.
import ./services.nix {
  services = [
    "memcached"
    "mosquitto"
    "mysql"
    "postgresql"
    "redis"
  ];
  packages = pkgs: [
    pkgs.mariadb
    pkgs.memcached
    pkgs.mosquitto
    pkgs.netcat
    pkgs.postgresql
    pkgs.redis
  ];
}
