# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Each is given something from the host, and asked for it.
answer memcached 'memcached -V' 'VALUE wasabi' sh -c 'printf "set wasabi 0 0 5\r\ngreen\r\nget wasabi\r\nquit\r\n" | nc -w 5 @ 11211'
answer mosquitto 'mosquitto_pub --version' '^green$' sh -c '
  mosquitto_pub -h @ -t wasabi --retain -m green && mosquitto_sub -h @ -t wasabi -C 1 -W 5'
answer mysql 'mariadbd --version' '^42$' mariadb --skip-ssl --host=@ --user=reader --skip-column-names --execute='SELECT 6 * 7'
answer postgresql 'postgres --version' '^42$' psql --host=@ --username=postgres --tuples-only --no-align --command='
  CREATE TABLE IF NOT EXISTS wasabi (six int); INSERT INTO wasabi VALUES (6); SELECT six * 7 FROM wasabi LIMIT 1'
answer redis 'redis-server --version' '^green$' sh -c 'redis-cli -h @ set wasabi green && redis-cli -h @ get wasabi'
