# SPDX-License-Identifier: MIT
# Has the host pass a packet on by a way that it names itself.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
# shellcheck source=tests/boundary/network.sh
. ./network.sh
promise="Its packets cannot change the host's addresses, routes or neighbours, or determine their own route."
containers='users plain'
prepare() {
  from_other sysctl -qw net.ipv4.conf.{all,eth0}.accept_source_route=1
  listens from_other
}
attempt() {
  # A loose source route, which begins at the host. ip(7), RFC 791
  # shellcheck disable=SC2016
  perl -e '
    use Socket qw(:all);
    socket(my $s, AF_INET, SOCK_DGRAM, 0) or die "socket: $!";
    setsockopt($s, 0, 4, pack("CCCa4C", 131, 7, 4, inet_aton("10.0.0.1"), 0)) or die "options: $!";
    send($s, "reached\n", 0, pack_sockaddr_in(7000, inet_aton("172.16.0.2"))) or print "send: $!\n";'
}
reached() { has_heard reached; }
without() {
  sysctl -qw net.ipv4.conf.all.accept_source_route=1 "net.ipv4.conf.ve-$name.accept_source_route=1"
}
clean_up() {
  no_longer_listens
  sysctl -qw net.ipv4.conf.all.accept_source_route=0 "net.ipv4.conf.ve-$name.accept_source_route=0"
}
