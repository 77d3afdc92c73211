# SPDX-License-Identifier: MIT
# Containers with users of their own: what they can do as any other, and what they cannot do to the host.
# shellcheck shell=bash disable=SC2154

# on_ext4 DIRECTORY, on_tmpfs DIRECTORY: mounts an empty file system there. on_overlay DIRECTORY: one that has no idmapped mounts.
_on_ext4() {
  [ -e /dev/loop-control ] || mknod /dev/loop-control c 10 237
  local i
  for i in 0 1 2 3 4 5 6 7; do [ -e /dev/loop$i ] || mknod /dev/loop$i b 7 $i; done
  mkdir -p "$1"
  truncate -s 32M /tmp/ext4
  if ! mkfs.ext4 -q -F /tmp/ext4 || ! mount -o loop /tmp/ext4 "$1"; then
    echo "no loop devices or no ext4 here"
    exit 77
  fi
}
_on_tmpfs() {
  mkdir -p "$1"
  mount -t tmpfs tmpfs "$1"
}
_on_overlay() {
  mkdir -p /tmp/overlay/{lower,upper,work} "$1"
  if ! mount -t overlay overlay -o lowerdir=/tmp/overlay/lower,upperdir=/tmp/overlay/upper,workdir=/tmp/overlay/work "$1"; then
    echo "no overlayfs here"
    exit 77
  fi
}

# owners PATH…: in numbers, of the host. owners_inside NAME PATH…: in numbers, of the container.
_owners() { stat -c %u:%g "$@" | paste -s -d ' '; }
_owners_inside() { inside "$1" stat -c %u:%g "${@:2}" | paste -s -d ' '; }
# The first of the host's user IDs that the container has.
_first_user() { awk '{print $2}' "/proc/$(pgrep -P "$(main_pid "$1")")/uid_map"; }

# fails_to_start NAME TEXT: and says so. It is tried again by itself; what comes after that is not to be too many.
_fails_to_start() {
  fails systemctl start "container@$1"
  systemctl stop "container@$1"
  systemctl reset-failed "container@$1" 2>/dev/null || true
  log_of "$1" | grep -F "$2"
}

a_flag_makes_a_container_as_unprivileged_as_the_option() {
  _on_tmpfs /srv/unprivileged
  touch /srv/unprivileged/file
  chown 5:5 /srv/unprivileged/file
  declare_containers <<'YAML'
  flag: { system: "{system}-wasabi", extraFlags: [-U], bindMounts: { /srv/unprivileged: { isReadOnly: false } } }
YAML
  systemctl start container@flag
  [ "$(_first_user flag)" -ge 65536 ]
  page 127.0.0.1
  [ "$(_owners_inside flag /srv/unprivileged/file /nix/var/nix/profiles)" = '5:5 0:0' ]
  inside flag touch /srv/unprivileged/new /nix/var/nix/gcroots/new
  [ "$(_owners /srv/unprivileged/new /var/lib/nixos-containers/flag/etc)" = '0:0 0:0' ]
  systemctl stop container@flag
  umount /srv/unprivileged
}

a_source_that_cannot_be_idmapped_is_named_with_what_to_do() {
  _on_overlay /srv/overlay
  _on_tmpfs /srv/unprivileged
  declare_containers <<'YAML'
  overlaid: { system: "{system}-wasabi", privateNetwork: true, privateUsers: pick, bindMounts: { /a: { hostPath: /srv/overlay/x, isReadOnly: false } } }
YAML
  journalctl --boot --dmesg --since "$test_start" --grep \
    'containers.overlaid.bindMounts."/a".hostPath: is on /srv/overlay'
  _fails_to_start overlaid 'containers.overlaid.bindMounts."/a": /srv/overlay/x is on a file system of type overlay'
  log_of overlaid | grep -F 'idmap: noidmap'
  # That works.
  touch /srv/overlay/x/file
  declare_containers <<'YAML'
  overlaid:
    system: "{system}-wasabi"
    privateNetwork: true
    privateUsers: pick
    bindMounts: { /a: { hostPath: /srv/overlay/x, idmap: noidmap } }
YAML
  systemctl start container@overlaid
  [ "$(_owners_inside overlaid /a/file)" = 65534:65534 ]
  systemctl stop container@overlaid
  # One that is deeper.
  mkdir -p /srv/unprivileged/deep
  mount --move /srv/overlay /srv/unprivileged/deep
  declare_containers <<'YAML'
  overlaid: { system: "{system}-wasabi", privateNetwork: true, privateUsers: pick, bindMounts: { /a: { hostPath: /srv/unprivileged, isReadOnly: false } } }
YAML
  _fails_to_start overlaid 'containers.overlaid.bindMounts."/a": below its hostPath, /srv/unprivileged/deep is on a file system of'
  log_of overlaid | grep -F 'containers.overlaid.bindMounts."/a/deep", with idmap: noidmap'
  umount -R /srv/unprivileged
}

_declare_changing() {
  declare_containers <<YAML
  changing:
    system: "{system}-wasabi"
    privateNetwork: true
    privateUsers: "$1"
    tmpfs: [/made/for/tmpfs, "/made/with:mode=0700"]
    bindMounts: { /made/for/bind: { hostPath: /srv } }
YAML
  systemctl start container@changing
}

mount_points_are_made_inside_wherever_links_lead() {
  rm -rf /var/lib/nixos-containers/changing /srv/outside
  mkdir -p /var/lib/nixos-containers/changing /srv/outside
  ln -s /srv/outside /var/lib/nixos-containers/changing/made
  mkdir -p /var/lib/nixos-containers/changing/srv/outside
  _declare_changing pick
  [ -z "$(ls -A /srv/outside)" ]
  inside changing findmnt -t tmpfs /srv/outside/for/tmpfs
  [ "$(_owners_inside changing /srv/outside/for)" = 0:0 ]
}

# refused COMMAND…: fails as root in the container, which all its capabilities are of no use to; but not because there is no such command.
_refused() {
  local status=0
  inside captive "$@" || status=$?
  case $status in 0 | 127 | 203) return 1 ;; esac
}
# refused_write TEXT FILE, refused_mount TYPE: of a kernel that does not have it there is nothing to refuse.
_refused_write() {
  if [ -e "$2" ]; then _refused sh -c "echo '$1' >$2"; else echo "left out: $2"; fi
}
_refused_mount() {
  if grep -qw "$1" /proc/filesystems; then _refused mount -t "$1" "$1" /mnt; else echo "left out: $1"; fi
}
# A system call in Perl, which the kernel or the container's filter of system calls answers with EPERM.
_not_permitted() { inside captive perl -MErrno -e "my \$result = do { $1 }; exit(\$result < 0 && \$!{EPERM} ? 0 : 1)"; }

_start_captive() {
  mkdir -p /srv/bound
  echo 'of the host' >/srv/secret
  echo 'of all' >/srv/bound/file
  chmod 0600 /srv/secret
  declare_containers <<YAML
  captive:
    system: "{system}-wasabi"
    privateUsers: pick
    bindMounts: { /bound: { hostPath: /srv/bound } }
    $1
YAML
  systemctl start container@captive
  [ "$(inside captive id -u)" = 0 ]
}

# shellcheck disable=SC2016
_try_everything() {
  local sleeper host_init type
  # Files of the host.
  [ "$(inside captive cat /bound/file)" = 'of all' ]
  _refused test -e /srv/secret
  _refused cat /proc/1/root/../srv/secret
  _refused cat /bound/../srv/secret
  _refused touch /bound/new
  _refused mount -o remount,bind,rw /bound
  _refused touch /nix/store/new
  _refused mount -o remount,bind,rw /nix/store
  # By the handle of a file, which knows of no directories: open_by_handle_at(2).
  _not_permitted 'sysopen(my $root, "/", 0) or die; my $handle = pack("LLQ", 8, 1, 2); syscall(304, fileno($root), $handle, 0)'
  # Device nodes, and what they would be of.
  _refused mknod /root/disk b 7 0
  _refused mknod /root/memory c 1 1
  _refused mknod /dev/kmem c 1 2
  # Mounts of what is the host's. A file system in memory is its own business.
  inside captive sh -c 'mkdir -p /mnt && unshare --mount mount -t tmpfs tmpfs /mnt'
  for type in debugfs tracefs configfs devtmpfs securityfs; do _refused_mount $type; done
  # The kernel, also where what is read-only is mounted anew.
  inside captive mount -o remount,rw /proc/sys || true
  inside captive sh -c 'findmnt --raw --noheadings --output TARGET --submounts /sys | xargs -n1 mount -o remount,bind,rw' || true
  inside captive mount -o remount,bind,rw /proc/sysrq-trigger || true
  _not_permitted 'my $module = "module"; my $options = ""; syscall(175, $module, 6, $options)'
  _not_permitted 'syscall(246, 0, 0, 0, 0, 0)'
  _refused_write s /proc/sysrq-trigger
  _refused_write 1 /proc/sys/kernel/sysrq
  _refused_write '|/bin/sh' /proc/sys/kernel/core_pattern
  _refused_write 1 /sys/kernel/mm/ksm/run
  _refused_write 1 /sys/power/wake_lock
  # Its control group is its own.
  inside captive find /sys -path /sys/fs/cgroup -prune -o -type f -perm -200 -print >/tmp/files
  [ "$(wc -l </tmp/files)" -gt 100 ]
  [ "$(inside captive perl -MFcntl -nle 'print if sysopen(my $file, $_, O_WRONLY)' </tmp/files)" = "" ]
  _refused dmesg --clear
  _refused sh -c 'date --set="2001-01-01"'
  _not_permitted 'my $path = "/etc/passwd"; syscall(167, $path, 0)'
  # Processes.
  setsid sleep 1000 &
  sleeper=$!
  host_init=$(systemctl show -P MainPID dbus.service)
  _refused kill -KILL $sleeper
  _refused kill -TERM "$host_init"
  _refused test -e /proc/$sleeper/root/srv
  inside captive kill -KILL -1 || true
  kill -0 $sleeper
  kill -0 "$host_init"
  kill $sleeper
  # Names of the host.
  inside captive hostname captured || true
  [ "$(hostname)" != captured ]
}

_has_no_carrier() { ip link show "$1" | grep NO-CARRIER; }

_the_host_is_as_it_was() {
  [ "$(cat /srv/secret)" = 'of the host' ]
  [ ! -e /srv/bound/new ]
  [ "$(systemctl is-system-running)" = running ]
}

root_of_an_unprivileged_container_can_do_nothing_to_the_host() {
  local routes
  _start_captive 'privateNetwork: true
    hostAddress: 10.0.0.1
    localAddress: 10.0.0.2'
  routes=$(ip route show table all | grep -v ve-captive; ip rule)
  _try_everything
  # Its own network is its own.
  wait_until 20 is active container@captive
  inside captive ip route add 192.0.2.0/24 dev eth0
  inside captive ip link set eth0 down
  wait_until 10 _has_no_carrier ve-captive
  inside captive ip link set eth0 up
  [ "$(ip route show table all | grep -v ve-captive; ip rule)" = "$routes" ]
  _the_host_is_as_it_was
}

# Those that follow are only in "make check-long".

_all_mounts() {
  mkdir -p /srv/unprivileged/data/below
  touch /srv/unprivileged/data/root /srv/unprivileged/data/mail /srv/unprivileged/file /srv/unprivileged/data/below/games
  chown daemon:mail /srv/unprivileged/data /srv/unprivileged/data/mail
  chown www-data:www-data /srv/unprivileged/file
  chown games:games /srv/unprivileged/data/below/games
  chmod 0777 /srv/unprivileged/data/below
  mkdir /srv/unprivileged/home
  touch /srv/unprivileged/home/{backup,root,mail}
  chown backup:backup /srv/unprivileged/home{,/backup}
  chown mail:mail /srv/unprivileged/home/mail
  declare_containers <<'YAML'
  mounts:
    system: "{system}-wasabi"
    privateNetwork: true
    privateUsers: pick
    bindMounts:
      /rw: { hostPath: /srv/unprivileged/data, isReadOnly: false }
      /ro: { hostPath: /srv/unprivileged/data }
      /ro/below: { hostPath: /srv/unprivileged/data/below, isReadOnly: false, idmap: idmap }
      /file: { hostPath: /srv/unprivileged/file, isReadOnly: false }
      /as-root: { hostPath: /srv/unprivileged/home, isReadOnly: false, idmap: rootidmap }
      /as-owner: { hostPath: /srv/unprivileged/home, isReadOnly: false, idmap: owneridmap }
      /other-group: { hostPath: /srv/unprivileged/data, isReadOnly: false, idmap: rootidmap }
      /unmapped: { hostPath: /srv/unprivileged/data, isReadOnly: false, idmap: noidmap }
YAML
  # Who owns the mount point of owneridmap.
  mkdir -p /var/lib/nixos-containers/mounts/as-owner
  chown games:games /var/lib/nixos-containers/mounts/as-owner
  systemctl start container@mounts

  # As they are on the host: daemon is 1, games 5 and 60, mail 8, www-data 33.
  [ "$(_owners_inside mounts /rw /rw/root /rw/mail /rw/below/games /file)" = '1:8 0:0 1:8 5:60 33:33' ]
  [ "$(_owners_inside mounts /ro /ro/root /ro/mail /ro/below/games)" = '1:8 0:0 1:8 5:60' ]
  inside mounts sh -c 'touch /rw/new /rw/given && chown games:mail /rw/given && echo text >>/file && touch /ro/below/new'
  [ "$(_owners /srv/unprivileged/data/{new,given,below/new} /srv/unprivileged/file)" = '0:0 5:8 0:0 33:33' ]
  [ "$(cat /srv/unprivileged/file)" = text ]
  inside mounts setpriv --reuid=games --regid=games --clear-groups touch /rw/below/games2
  [ "$(_owners /srv/unprivileged/data/below/games2)" = 5:60 ]
  fails inside mounts setpriv --reuid=games --regid=games --clear-groups touch /rw/games
  fails inside mounts touch /ro/new
  # What appears on the host.
  (umask 0; echo host >/srv/unprivileged/data/host)
  chown mail:mail /srv/unprivileged/data/host
  [ "$(_owners_inside mounts /rw/host /ro/host)" = '8:8 8:8' ]
  inside mounts rm /rw/host
  [ ! -e /srv/unprivileged/data/host ]

  # The owner of the directory, backup, which is 34, is root, and nobody else is anybody.
  [ "$(_owners_inside mounts /as-root /as-root/backup /as-root/root /as-root/mail)" = '0:0 0:0 65534:65534 65534:65534' ]
  inside mounts sh -c 'touch /as-root/by-root && echo text >>/as-root/backup'
  [ "$(_owners /srv/unprivileged/home/by-root)" = 34:34 ]
  fails inside mounts sh -c 'echo text >>/as-root/root'
  fails inside mounts chown games /as-root/by-root

  # The owner of the directory is that of the mount point, games.
  [ "$(_owners_inside mounts /as-owner /as-owner/backup /as-owner/root)" = '5:5 5:5 65534:65534' ]
  inside mounts setpriv --reuid=5 --regid=5 --clear-groups touch /as-owner/by-owner
  [ "$(_owners /srv/unprivileged/home/by-owner)" = 34:34 ]
  fails inside mounts touch /as-owner/by-another

  # Of a group with another number the kernel does not know what to write.
  [ "$(_owners_inside mounts /other-group)" = 0:65534 ]
  fails inside mounts touch /other-group/new
  log_of mounts | grep -F 'containers.mounts.bindMounts."/other-group": /srv/unprivileged/data belongs to user 1 and group 8'
  log_of mounts >/tmp/log
  fails grep -F as-root /tmp/log

  # Nobody is anybody.
  [ "$(_owners_inside mounts /unmapped /unmapped/mail /unmapped/root)" = '65534:65534 65534:65534 65534:65534' ]
  fails inside mounts touch /unmapped/new
  fails inside mounts chown root /unmapped/mail
  inside mounts touch /unmapped/below/new-unmapped
  [ "$(_owners /srv/unprivileged/data/below/new-unmapped)" = "$(_first_user mounts):$(_first_user mounts)" ]

  # The same again.
  local before
  before=$(find /srv/unprivileged -printf '%u:%g %m %p\n' | sort)
  systemctl restart container@mounts
  [ "$(find /srv/unprivileged -printf '%u:%g %m %p\n' | sort)" = "$before" ]
  [ "$(_owners_inside mounts /rw/given /as-root/by-root /as-owner/by-owner /unmapped/below/new-unmapped)" = '5:8 0:0 5:5 0:0' ]
  systemctl stop container@mounts
  umount /srv/unprivileged
}

bind_mounts_of_ext4_have_the_same_owners_inside() {
  _on_ext4 /srv/unprivileged
  _all_mounts
}

bind_mounts_of_tmpfs_have_the_same_owners_inside() {
  _on_tmpfs /srv/unprivileged
  _all_mounts
}

what_is_mounted_below_a_bind_source_is_mapped_too() {
  _on_tmpfs /srv/unprivileged
  _on_tmpfs '/srv/unprivileged/a b:c'
  _on_tmpfs '/srv/unprivileged/a b:c/deeper'
  _on_ext4 /srv/unprivileged/hidden/disk
  _on_tmpfs /srv/unprivileged/hidden
  _on_tmpfs /srv/unprivileged/declared
  chown daemon:mail '/srv/unprivileged/a b:c/deeper'
  touch '/srv/unprivileged/a b:c/games' /srv/unprivileged/declared/root
  chown games:games '/srv/unprivileged/a b:c/games'
  declare_containers <<'YAML'
  below:
    system: "{system}-wasabi"
    privateNetwork: true
    privateUsers: pick
    bindMounts:
      /rw: { hostPath: /srv/unprivileged, isReadOnly: false }
      /ro: { hostPath: /srv/unprivileged }
      /rw/declared: { hostPath: /srv/unprivileged/declared, idmap: noidmap }
YAML
  systemctl start container@below
  [ "$(_owners_inside below '/rw/a b:c' '/rw/a b:c/games' '/rw/a b:c/deeper' '/ro/a b:c/games' /ro/declared/root)" = \
    '0:0 5:60 1:8 5:60 0:0' ]
  [ "$(_owners_inside below /rw/declared/root)" = 65534:65534 ]
  inside below touch '/rw/a b:c/deeper/new'
  [ "$(_owners '/srv/unprivileged/a b:c/deeper/new')" = 0:0 ]
  fails inside below touch '/ro/a b:c/deeper/new'
  fails inside below touch /rw/declared/new
  systemctl stop container@below
  # The mount below has another owner, who is not to be root in the container.
  declare_containers <<'YAML'
  below: { system: "{system}-wasabi", privateNetwork: true, privateUsers: pick, bindMounts: { /a: { hostPath: /srv/unprivileged, idmap: rootidmap } } }
YAML
  _fails_to_start below 'containers.below.bindMounts."/a": /srv/unprivileged/a b:c is mounted below its hostPath'
  umount /srv/unprivileged/hidden
  umount -R /srv/unprivileged
}

_on_ramfs() {
  mkdir -p "$1"
  mount -t ramfs ramfs "$1"
}

what_cannot_be_mapped_is_bound_as_it_is_where_nobody_is_harmed() {
  _on_ramfs /run/test-secrets.d
  ln -sfn test-secrets.d /run/test-secrets
  echo open >/run/test-secrets/open
  (umask 077; echo secret >/run/test-secrets/secret)
  rm -f /run/test-secrets/node
  mknod -m 0666 /run/test-secrets/node c 1 3
  declare_containers <<'YAML'
  ramfs:
    system: "{system}-wasabi"
    privateNetwork: true
    privateUsers: pick
    bindMounts:
      /secrets: { hostPath: /run/test-secrets }
      /open: { hostPath: /run/test-secrets/open }
      /secret: { hostPath: /run/test-secrets/secret }
      /node: { hostPath: /run/test-secrets/node, isReadOnly: false }
    allowedDevices: [{ node: /dev/null, modifier: rw }]
YAML
  fails nixos-container check >/tmp/check 2>&1
  grep -F 'containers.ramfs.bindMounts."/secrets".hostPath: is on /run/test-secrets.d, whose file system type ramfs' /tmp/check
  systemctl start container@ramfs
  [ "$(inside ramfs cat /open /secrets/open)" = 'open
open' ]
  fails inside ramfs cat /secret
  inside ramfs sh -c 'echo >/node'
  log_of ramfs >/tmp/log
  grep -F 'containers.ramfs.bindMounts."/secret": /run/test-secrets.d/secret is on a file system of type ramfs' /tmp/log
  grep -F 'containers.ramfs.bindMounts."/secrets":' /tmp/log
  fails grep -F 'bindMounts."/open"' /tmp/log
  fails grep -F 'bindMounts."/node"' /tmp/log
  systemctl stop container@ramfs
  declare_containers <<'YAML'
  writable:
    system: "{system}-small"
    privateNetwork: true
    privateUsers: pick
    bindMounts: { /secrets: { hostPath: /run/test-secrets, isReadOnly: false } }
YAML
  fails nixos-container check >/tmp/check 2>&1
  grep -F 'containers.writable.bindMounts."/secrets".hostPath: is on /run/test-secrets.d' /tmp/check | grep 'can only start'
  _fails_to_start writable 'containers.writable.bindMounts."/secrets": /run/test-secrets.d is on a file system of type ramfs'
  umount /run/test-secrets.d
  rm /run/test-secrets
}

# What a program serves that knows nothing of mapped users.
what_a_fuse_serves_cannot_be_mapped_either() {
  [ -e /dev/fuse ] || { echo "there is no /dev/fuse"; exit 77; }
  mkdir -p /srv/source /srv/served
  echo open >/srv/source/open
  bindfs /srv/source /srv/served
  declare_containers <<'YAML'
  fuse: { system: "{system}-wasabi", privateNetwork: true, privateUsers: pick, bindMounts: { /served: { hostPath: /srv/served } } }
YAML
  fails nixos-container check >/tmp/check 2>&1
  grep -F 'containers.fuse.bindMounts."/served".hostPath: is on /srv/served, whose file system type fuse' /tmp/check
  systemctl start container@fuse
  [ "$(inside fuse cat /served/open)" = open ]
  has_logged fuse 'containers.fuse.bindMounts."/served": /srv/served is on a file system of type fuse'
  systemctl stop container@fuse
  umount /srv/served
  rm -r /srv/source /srv/served
}

a_root_directory_that_cannot_be_idmapped_is_named_with_what_to_do() {
  _on_overlay /var/lib/nixos-containers/rooted
  declare_containers <<'YAML'
  rooted: { system: "{system}-wasabi", privateNetwork: true, privateUsers: pick }
YAML
  _fails_to_start rooted 'containers.rooted.privateUsers: the rootfs /var/lib/nixos-containers/rooted is on a file system of'
  umount /var/lib/nixos-containers/rooted
  _on_tmpfs /var/lib/nixos-containers/rooted/srv/disk
  _fails_to_start rooted 'containers.rooted.privateUsers: /var/lib/nixos-containers/rooted/srv/disk is mounted below'
  umount /var/lib/nixos-containers/rooted/srv/disk
  # As another has left it.
  chown -R 1048576:1048576 /var/lib/nixos-containers/rooted
  _fails_to_start rooted 'containers.rooted.privateUsers: the rootfs /var/lib/nixos-containers/rooted belongs to user 1048576'
  local command
  command=$(log_of rooted | sed -n 's/.*ownership of all files, run: //p' | tail -n 1)
  # When it comes to run something, there is nothing there; all files are given back by then.
  $command || true
  [ "$(find /var/lib/nixos-containers/rooted -printf '%U:%G\n' | sort -u)" = 0:0 ]
  systemctl start container@rooted
}

a_store_that_cannot_be_idmapped_is_seen_all_the_same() {
  mkdir -p /tmp/overlay/{store,work}
  if ! mount -t overlay overlay -o lowerdir=/nix/store,upperdir=/tmp/overlay/store,workdir=/tmp/overlay/work /nix/store; then
    echo "no overlayfs here"
    exit 77
  fi
  declare_containers <<'YAML'
  stored: { system: "{system}-wasabi", privateNetwork: true, hostAddress: 10.0.0.1, localAddress: 10.0.0.2, privateUsers: pick }
YAML
  systemctl start container@stored
  page 10.0.0.2
  systemctl stop container@stored
  # What has run from there may end a little later.
  wait_until 20 umount /nix/store
}

ports_below_1024_can_be_had_in_any_network() {
  _netns_unprivileged=/run/netns/unprivileged
  declare_containers <<'YAML'
  own: { system: "{system}-wasabi", privateUsers: pick, privateNetwork: true, hostAddress: 10.0.0.1, localAddress: 10.0.0.2 }
  host: { system: "{system}-wasabi", privateUsers: pick }
  namespace: { system: "{system}-wasabi", privateUsers: 655360, networkNamespace: /run/netns/unprivileged }
  identity: { system: "{system}-wasabi", privateUsers: identity }
YAML
  [ "$(cat /proc/sys/net/ipv4/ip_unprivileged_port_start)" = 1024 ]
  systemctl start container@own
  page 10.0.0.2
  systemctl start container@host
  page 127.0.0.1
  page '[::1]'
  inside host socat -u OPEN:/dev/null UDP-SENDTO:127.0.0.1:9,bind=127.0.0.1:123
  # It is the container that may, nobody else.
  fails setpriv --reuid=nobody --regid=nogroup --clear-groups socat -u OPEN:/dev/null UDP-SENDTO:127.0.0.1:9,bind=127.0.0.1:123
  systemctl restart container@host
  page 127.0.0.1
  systemctl stop container@host
  systemctl start container@identity
  page 127.0.0.1
  systemctl stop container@identity
  ip netns add unprivileged
  ip -n unprivileged link set lo up
  systemctl start container@namespace
  ip netns exec unprivileged curl --silent --fail --max-time 5 127.0.0.1 | grep 'It works!'
  systemctl stop container@namespace
  ip netns delete unprivileged
}

an_unprivileged_container_is_run_in_as_any_other() {
  declare_containers <<'YAML'
  entered: { system: "{system}-wasabi", privateNetwork: true, privateUsers: pick }
YAML
  systemctl start container@entered
  [ "$(nixos-container run entered -- id -u)" = 0 ]
  [ "$(nixos-container run entered -- cat /proc/self/uid_map)" = "$(inside entered cat /proc/self/uid_map)" ]
  [ "$(printf 'id -u; echo left >/root/by-login; exit\n' | nixos-container root-login entered | tr -d '\r' | grep -cx 0)" = 1 ]
  [ "$(_owners /var/lib/nixos-containers/entered/root/by-login)" = 0:0 ]
  machinectl copy-to entered /etc/hostname /root/copied
  [ "$(_owners /var/lib/nixos-containers/entered/root/copied)" = 0:0 ]
  # Another system.
  local before
  before=$(main_pid entered)
  declare_containers <<'YAML'
  entered: { system: "{system}-old", privateNetwork: true, privateUsers: pick }
YAML
  nixos-container apply
  [ "$(main_pid entered)" = "$before" ]
  inside entered grep -x "test $systems-old/bin/switch-to-configuration" /etc/switched
  systemctl reload container@entered
  # A reboot from inside.
  inside entered systemctl reboot || true
  wait_until 20 is_restarted entered "$before"
}

# all_owners: of all files in the root directory of a container, but for those that a start makes anew.
_all_owners() {
  find /var/lib/nixos-containers/changing -xdev ! -path '*/var/log/journal/*' ! -path '*/tmp/*' ! -path '*/var/lib/systemd/*' \
    ! -path '*/run/*' -printf '%U:%G %m %y %p\n' | sort
}

owners_stay_from_privileged_to_unprivileged_and_back() {
  rm -rf /var/lib/nixos-containers/changing
  _declare_changing no
  inside changing sh -c 'mkdir -p /srv/mail; touch /srv/mail/a /srv/root /srv/high; chown -R 8:8 /srv/mail; chmod 4755 /srv/root
    setfattr -n user.x -v y /srv/root 2>/dev/null || true'
  systemctl stop container@changing
  local privileged unprivileged users
  privileged=$(_all_owners)

  _declare_changing pick
  users=$(_first_user changing)
  [ "$users" -ge 524288 ]
  [ "$(_owners_inside changing /srv/mail/a /srv/root /made /made/for /made/for/tmpfs /made/with)" = '8:8 0:0 0:0 0:0 0:0 0:0' ]
  [ "$(inside changing stat -c %a /srv/root)" = 4755 ]
  inside changing sh -c 'touch /made/for/new /srv/mail/b; chown 8:8 /srv/mail/b; rm /made/for/new'
  systemctl restart container@changing
  # Its users are the same again.
  [ "$(_first_user changing)" = "$users" ]
  [ "$(_owners_inside changing /srv/mail/b)" = 8:8 ]
  systemctl stop container@changing
  unprivileged=$(_all_owners)
  grep -F '/srv/mail/b' <<<"$unprivileged" | grep '^8:8 '

  _declare_changing no
  [ "$(_owners_inside changing /srv/mail/a /srv/mail/b /srv/root /made/for)" = '8:8 8:8 0:0 0:0' ]
  systemctl stop container@changing
  # Nothing is lost, nothing belongs to others, and there is nothing more than what was made.
  diff <(echo "$privileged") <(_all_owners | grep -v /srv/mail/b)
  [ -z "$(find /var/lib/nixos-containers/changing \( -uid +65535 -o -gid +65535 \))" ]
}

what_a_user_namespace_has_left_behind_is_the_containers_again() {
  rm -rf /var/lib/nixos-containers/changing
  # As starts leave it that did nothing about it.
  mkdir -p /var/lib/nixos-containers/changing/{etc,made/for/tmpfs}
  touch /var/lib/nixos-containers/changing/etc/{localtime,resolv.conf}
  chown 2147483646:2147483646 /var/lib/nixos-containers/changing/{made/for,made/for/tmpfs,etc/localtime,etc/resolv.conf}
  _declare_changing pick
  [ "$(_owners_inside changing /made/for /made/for/tmpfs)" = '0:0 0:0' ]
  inside changing touch /made/for/new
  systemctl stop container@changing
  _declare_changing no
  [ -z "$(find /var/lib/nixos-containers/changing -xdev \( -uid +65535 -o -gid +65535 \))" ]
}

a_link_in_the_place_of_a_directory_leads_somewhere_inside() {
  local users
  for users in pick no; do
    rm -rf /var/lib/nixos-containers/changing /srv/outside
    mkdir -p /var/lib/nixos-containers/changing/{srv/outside,usr} /srv/outside
    ln -s /srv/outside /var/lib/nixos-containers/changing/usr/bin
    _declare_changing $users
    [ -z "$(ls -A /srv/outside)" ]
    systemctl stop container@changing
  done
  rm -rf /var/lib/nixos-containers/changing
}

an_ephemeral_unprivileged_container_has_the_same_owners_too() {
  _on_tmpfs /srv/unprivileged
  chown daemon:mail /srv/unprivileged
  declare_containers <<'YAML'
  passing:
    system: "{system}-wasabi"
    ephemeral: true
    privateUsers: pick
    privateNetwork: true
    hostAddress: 10.0.0.1
    localAddress: 10.0.0.2
    tmpfs: [/made/for/tmpfs, /made/too/]
    bindMounts: { /data: { hostPath: /srv/unprivileged, isReadOnly: false } }
YAML
  systemctl start container@passing
  page 10.0.0.2
  [ "$(_owners_inside passing /data / /etc /made/for /made/for/tmpfs /made/too)" = '1:8 0:0 0:0 0:0 0:0 0:0' ]
  inside passing sh -c 'touch /data/new /new && chown mail:mail /data/new /new'
  [ "$(_owners /srv/unprivileged/new)" = 8:8 ]
  [ "$(_first_user passing)" -ge 524288 ]
  systemctl restart container@passing
  page 10.0.0.2
  fails inside passing test -e /new
  [ "$(_owners_inside passing /data/new)" = 8:8 ]
  systemctl stop container@passing
  [ ! -e /run/nixos-containers/passing ]
  umount /srv/unprivileged
}

root_of_an_unprivileged_container_cannot_change_the_network_of_the_host() {
  local before
  _start_captive 'additionalCapabilities: [CAP_NET_ADMIN, CAP_NET_RAW]'
  before=$(ip -o address; ip route show table all; ip rule; nft list ruleset)
  _refused ip route add 192.0.2.0/24 dev lo
  _refused ip route delete local 127.0.0.1 table local
  _refused ip rule add from 192.0.2.1 lookup 100
  _refused ip link add test type dummy
  _refused ip link set lo down
  _refused ip address add 192.0.2.1/32 dev lo
  _refused nft add table inet test
  _refused sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
  _refused perl -e 'exit(socket(S, 17, 3, 0) ? 0 : 1)'
  [ "$(ip -o address; ip route show table all; ip rule; nft list ruleset)" = "$before" ]
  _try_everything
  _the_host_is_as_it_was
}
