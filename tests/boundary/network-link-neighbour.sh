# SPDX-License-Identifier: MIT
# Has the host take an address for that of its link, by answering for it without being asked.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
promise="Its packets cannot change the host's addresses, routes or neighbours, or determine their own route."
containers='users plain'
attempt() {
  # ARP: of type 2, that 192.0.2.77 is at the address of the link. RFC 826
  # shellcheck disable=SC2016
  perl -e '
    use Socket;
    sub of { open my $f, "<", "/sys/class/net/eth0/$_[0]" or die "$_[0]: $!"; my $t = <$f>; chomp $t; $t }
    my $mac = pack "H12", of("address") =~ s/://gr;
    my $address = inet_aton("192.0.2.77");
    socket(my $s, 17, SOCK_RAW, 0) or die "socket: $!";
    my $packet = "\xff" x 6 . $mac . pack("nnnCCn", 0x806, 1, 0x800, 6, 4, 2) . $mac . $address . "\xff" x 6 . $address;
    send($s, $packet, 0, pack("SnlSCC a8", 17, 0x806, of("ifindex"), 1, 0, 6, "\xff" x 6)) or die "send: $!";'
  sleep 0.3
}
reached() { ip neigh show 192.0.2.77 dev "ve-$name" | grep lladdr; }
without() { sysctl -qw "net.ipv4.conf.ve-$name.arp_accept=1"; }
clean_up() {
  sysctl -qw "net.ipv4.conf.ve-$name.arp_accept=0"
  ip neigh del 192.0.2.77 dev "ve-$name" 2>/dev/null || true
}
