# SPDX-License-Identifier: MIT
# Leaves its root directory for one above it, by another root directory below.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
promise="It cannot read or write files of the host other than its bind mounts, or mount anything there."
containers='users plain'
short=yes
attempt() {
  # What is open stays so; a process is above its root then. chroot(2)
  # shellcheck disable=SC2016
  perl -e '
    mkdir "/tmp/below";
    chroot "/tmp/below" or die "chroot: $!";
    chdir ".." for 1 .. 64;
    chroot ".";
    open(my $f, ">", "/reached-$ARGV[0]");' "$name"
}
reached() { [ -e "/reached-$name" ]; }
without() {
  name=plain
  run_inside() {
    local root=/var/lib/nixos-containers/$1
    mount --bind "$store-debian/usr" "$root/usr"
    mount --bind /dev "$root/dev"
    chroot "$root" bash -s
    umount "$root/usr" "$root/dev"
  }
}
clean_up() {
  rm -f /reached-* "/var/lib/nixos-containers/$name"/reached-*
  umount /var/lib/nixos-containers/plain/{usr,dev} 2>/dev/null || true
}
