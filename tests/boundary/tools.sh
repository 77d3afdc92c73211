# SPDX-License-Identifier: MIT
# What attempts have at hand inside of a container.
# shellcheck shell=bash

# may_fail COMMAND…: whether it succeeds is not for the attempt to say. But it has to be there to be run.
may_fail() { "$@" || [ $? -lt 126 ]; }

# advertise LINK: a router advertisement with a prefix.
advertise() {
  # shellcheck disable=SC2016
  perl -e '
    use Socket qw(:all);
    socket(my $s, AF_INET6, SOCK_RAW, 58) or die "socket: $!";
    setsockopt($s, 41, 18, pack("i", 255)) or die "hops: $!";
    my $index = do { open my $f, "<", "/sys/class/net/$ARGV[0]/ifindex" or die "link: $!"; <$f> };
    my $prefix = pack("CCCCNNN", 3, 4, 64, 0xc0, 3600, 3600, 0) . inet_pton(AF_INET6, "2001:db8:bad::");
    my $ra = pack("CCnCCnNN", 134, 0, 0, 64, 0, 1800, 0, 0) . $prefix;
    send($s, $ra, 0, pack_sockaddr_in6(0, inet_pton(AF_INET6, "ff02::1"), $index + 0)) or die "send: $!";' "$1"
}

# send FROM TO PORT TEXT: a datagram.
send() { may_fail sh -c "echo $4 | socat -u - 'UDP:$2:$3,bind=$1,reuseaddr'"; }

# The address of its link.
own_address() { ip -4 -o address show dev eth0 | sed -n 's/.* inet \([0-9.]*\).*/\1/p' | head -n 1; }
