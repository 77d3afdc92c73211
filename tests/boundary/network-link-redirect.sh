# SPDX-License-Identifier: MIT
# Has the host send what is for a network behind it to another machine, by a redirect of IPv6.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
promise="Its packets cannot change the host's addresses, routes or neighbours, or determine their own route."
containers='users plain'
given='router host'
prepare() {
  router=$(inside "$name" ip -6 -o address show dev eth0 scope link | grep -o 'fe80[^/]*')
  host=$(ip -6 -o address show dev "ve-$name" scope link | grep -o 'fe80[^/]*')
  ip -6 route replace 2001:db8:5::/64 via "$router" dev "ve-$name"
  ping -c 1 -W 1 2001:db8:5::1 >/dev/null || true
}
attempt() {
  # A redirect for 2001:db8:5::1 to fe80::bad, from who the host sends it to. RFC 4861, 4.5
  # shellcheck disable=SC2016
  perl -e '
    use Socket qw(:all);
    socket(my $s, AF_INET6, SOCK_RAW, 58) or die "socket: $!";
    setsockopt($s, 41, 18, pack("i", 255)) && setsockopt($s, 41, 16, pack("i", 255)) or die "hops: $!";
    my $index = do { open my $f, "<", "/sys/class/net/eth0/ifindex" or die "link: $!"; <$f> };
    bind($s, pack_sockaddr_in6(0, inet_pton(AF_INET6, $ARGV[0]), $index + 0)) or die "bind: $!";
    my $redirect = pack("CCnN", 137, 0, 0, 0) . inet_pton(AF_INET6, "fe80::bad") . inet_pton(AF_INET6, "2001:db8:5::1");
    send($s, $redirect, 0, pack_sockaddr_in6(0, inet_pton(AF_INET6, $ARGV[1]), $index + 0)) or die "send: $!";' "$router" "$host"
  sleep 0.3
}
reached() { ip -6 route get 2001:db8:5::1 | grep fe80::bad; }
without() { sysctl -qw net.ipv6.conf."ve-$name".{forwarding=0,accept_redirects=1}; }
clean_up() {
  sysctl -qw net.ipv6.conf."ve-$name".{forwarding=1,accept_redirects=0}
  ip -6 route flush 2001:db8:5::/64
  ip -6 route flush cache
}
