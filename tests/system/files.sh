# SPDX-License-Identifier: MIT
# The files of containers: their roots, bind mounts, temporary file systems, users and devices.
# shellcheck shell=bash disable=SC2154

# _is_ordered UNIT Before|After OTHER
_is_ordered() { [[ " $(systemctl show --property="$2" --value "$1") " = *" $3 "* ]]; }

# What a container writes there takes nothing of what the host has in /run.
an_ephemeral_root_is_a_file_system_of_its_own() {
  declare_containers <<'YAML'
  brief: { system: "{system}-wasabi", ephemeral: true }
YAML
  systemctl start container@brief
  used=$(df --output=used /run | tail -n 1)
  inside brief dd if=/dev/zero of=/file bs=1M count=100 status=none
  [ $(($(df --output=used /run | tail -n 1) - used)) -lt 10000 ]
  findmnt --noheadings --output=FSTYPE,OPTIONS /run/nixos-containers/brief >/tmp/mount
  grep -q '^tmpfs .*nosuid,nodev' /tmp/mount
  # When the host shuts down it is unmounted after the container has stopped.
  wait_until 10 _is_ordered 'run-nixos\x2dcontainers-brief.mount' Before container@brief.service
  systemctl stop container@brief
  fails findmnt /run/nixos-containers/brief
}

a_stateful_root_is_kept() {
  declare_containers <<'YAML'
  state: { system: "{system}-wasabi", privateNetwork: true }
YAML
  systemctl start container@state
  inside state sh -c 'echo kept >/root/file'
  systemctl restart container@state
  [ "$(inside state cat /root/file)" = kept ]
  systemctl stop container@state
  [ "$(cat /var/lib/nixos-containers/state/root/file)" = kept ]
  [ "$(stat -c %a /var/lib/nixos-containers/state/root)" = 700 ]
}

missing_bind_sources_are_made_once_and_others_left_alone() {
  rm -rf /srv/new /srv/old
  mkdir -p /srv/old
  chmod 0750 /srv/old
  chown www-data:www-data /srv/old
  declare_containers <<'YAML'
  binds:
    system: "{system}-wasabi"
    privateNetwork: true
    bindMounts:
      /data/new: { hostPath: /srv/new/dir, isReadOnly: false, hostPathMode: "0711", hostPathUser: daemon, hostPathGroup: mail }
      /data/old: { hostPath: /srv/old, hostPathMode: "0777", hostPathUser: daemon }
      /srv/plain: { hostPathType: directory }
YAML
  systemctl start container@binds
  [ "$(stat -c '%a %U %G' /srv/new/dir)" = '711 daemon mail' ]
  [ "$(stat -c '%a %U %G' /srv/new)" = '755 root root' ]
  [ "$(stat -c '%a %U %G' /srv/old)" = '750 www-data www-data' ]
  inside binds touch /data/new/written
  [ -e /srv/new/dir/written ]
  fails inside binds touch /data/old/written
  fails inside binds touch /srv/plain/written
  chmod 0700 /srv/new/dir
  systemctl restart container@binds
  [ "$(stat -c '%a %U %G' /srv/new/dir)" = '700 daemon mail' ]
  [ -e /srv/new/dir/written ]
}

paths_and_flags_may_have_any_character() {
  # shellcheck disable=SC2016
  local odd='/srv/a b/100%/$HOME/x:y/q"q/back\slash/ü'
  mkdir -p "$odd"
  touch "$odd/inside"
  declare_containers <<'YAML'
  odd:
    system: "{system}-wasabi"
    privateNetwork: true
    bindMounts:
      '/mnt/a b/50%/$PATH/x:y/q"q/back\slash/ü': { hostPath: '/srv/a b/100%/$HOME/x:y/q"q/back\slash/ü' }
      /mnt/new: { hostPath: '/srv/new %i $HOME "q" \n', hostPathMissing: create }
    extraFlags: ['--setenv=GREETING=hello  %n $HOME "you" \x']
YAML
  systemctl start container@odd
  # shellcheck disable=SC2016
  inside odd test -e '/mnt/a b/50%/$PATH/x:y/q"q/back\slash/ü/inside'
  # shellcheck disable=SC2016
  [ -d '/srv/new %i $HOME "q" \n' ]
  # shellcheck disable=SC2016
  inside odd cat /proc/1/environ | tr '\0' '\n' | grep -Fx 'GREETING=hello  %n $HOME "you" \x'
  systemctl show -P RequiresMountsFor container@odd | grep -F '/srv/a b/100%'
}

tmpfs_is_mounted_over_the_root() {
  declare_containers <<'YAML'
  temporary: { system: "{system}-wasabi", privateNetwork: true, tmpfs: [/var/log, "/some/random/path:mode=0700"] }
YAML
  systemctl start container@temporary
  inside temporary findmnt -t tmpfs /var/log
  inside temporary findmnt -t tmpfs /some/random/path
  inside temporary touch /var/log/not-on-the-host /etc/on-the-host
  [ ! -e /var/lib/nixos-containers/temporary/var/log/not-on-the-host ]
  [ -e /var/lib/nixos-containers/temporary/etc/on-the-host ]
}

devices_are_there_only_for_whom_they_are_allowed() {
  declare_containers <<'YAML'
  tun: { system: "{system}-wasabi", privateNetwork: true, enableTun: true }
  fuse:
    system: "{system}-wasabi"
    privateNetwork: true
    bindMounts: { /dev/fuse: {} }
    allowedDevices: [{ node: /dev/fuse, modifier: rw }]
  none: { system: "{system}-wasabi", privateNetwork: true, bindMounts: { /dev/fuse: {} } }
YAML
  systemctl start container@tun container@fuse container@none
  systemctl show -P DeviceAllow container@tun | grep '/dev/net/tun rwm'
  inside tun ip tuntap add dev tun0 mode tun
  inside fuse sh -c 'exec 3<>/dev/fuse'
  fails inside none sh -c 'exec 3<>/dev/fuse'
}

# What the NixOS module makes of the tutorial's configuration, with the system of these tests in the place of that.
the_tutorials_container_serves_its_page_and_logs_to_the_host() {
  cp /tests/tutorial.json "$manifest"
  systemctl daemon-reload
  systemctl start machines.target
  [ "$(state wasabi)" = active ]
  page 192.168.100.11
  page 192.168.100.10:8080
  inside wasabi touch /var/log/httpd/access.log
  [ "$(stat -c %u /srv/wasabi-logs/access.log)" = 0 ]
  systemctl stop container@wasabi
  [ -e /srv/wasabi-logs/access.log ]
  rm -r /srv/wasabi-logs
}

# Those that follow are only in "make check-long".

an_ephemeral_root_is_there_only_while_the_container_runs() {
  declare_containers <<'YAML'
  webserver:
    { system: "{system}-wasabi", ephemeral: true, privateNetwork: true, hostAddress: 10.0.0.1, localAddress: 10.0.0.2 }
YAML
  systemctl start container@webserver
  page 10.0.0.2
  [ -d /run/nixos-containers/webserver ]
  [ "$(stat -c %a /run/nixos-containers)" = 700 ]
  [ ! -e /var/lib/nixos-containers/webserver ]
  inside webserver touch /left-over
  systemctl restart container@webserver
  fails inside webserver test -e /left-over
  kill -KILL "$(main_pid webserver)"
  wait_until 20 page 10.0.0.2
  systemctl stop container@webserver
  [ ! -e /run/nixos-containers/webserver ]
  [ ! -e /var/lib/nixos-containers/webserver ]
}

an_ephemeral_root_is_removed_however_deep_it_is_and_whoever_looks_at_it() {
  declare_containers <<'YAML'
  brief: { system: "{system}-wasabi", ephemeral: true }
YAML
  systemctl start container@brief
  inside brief perl -e 'mkdir "deep" and chdir "deep" or die $! for 1 .. 3000'
  (cd /run/nixos-containers/brief/deep && exec sleep 60) &
  systemctl stop container@brief
  kill $!
  [ ! -e /run/nixos-containers/brief ]
}

# What is missing cannot be made; the reason is said, not that it is missing.
a_host_whose_root_is_read_only_starts_what_needs_nothing_new_there() {
  declare_containers <<'YAML'
  brief: { system: "{system}-wasabi", ephemeral: true, privateNetwork: true, hostAddress: 10.0.0.1, localAddress: 10.0.0.2 }
  kept: { system: "{system}-wasabi" }
  never: { system: "{system}-wasabi" }
  empty: { system: "{system}-wasabi" }
  running: { system: "{system}-wasabi" }
YAML
  systemctl start container@{brief,kept,empty,running}
  systemctl stop container@{brief,kept,empty}
  rm -r /var/lib/nixos-containers/empty
  mkdir /var/lib/nixos-containers/empty
  for directory in /etc /nix /usr /var/lib; do
    mount --rbind $directory $directory
    mount -o remount,bind,ro $directory
  done
  systemctl start container@brief
  page 10.0.0.2
  fails systemctl start container@kept
  has_logged kept 'Failed to lock /var/lib/nixos-containers/kept: Read-only file system'
  fails systemctl start container@never
  has_logged never '/nix/var/nix/per-container/never: Read-only file system'
  fails systemctl start container@empty
  has_logged empty 'in /var/lib/nixos-containers/empty: Read-only file system'
  systemctl stop container@{kept,never,empty}
  systemctl daemon-reload
  nixos-container apply
  systemctl stop container@brief
  [ "$(nixos-container plan)" = "All containers are as declared." ]
  umount --lazy --recursive /etc /nix /usr /var/lib
  systemctl stop container@running
  # Nor do the starts that failed count.
  systemctl reset-failed container@never 2>/dev/null || true
  systemctl start container@never
}

# NixOS makes /var/empty immutable.
an_ephemeral_root_is_removed_with_what_is_immutable_in_it() {
  declare_containers <<'YAML'
  brief: { system: "{system}-wasabi", ephemeral: true }
YAML
  systemctl start container@brief
  inside brief sh -c 'mkdir -p /var/empty && touch /file && chattr +i /var/empty /file'
  systemctl restart container@brief
  fails inside brief test -e /file
  inside brief sh -c 'mkdir -p /var/empty && chattr +i /var/empty'
  systemctl stop container@brief
  [ ! -e /run/nixos-containers/brief ]
}

files_and_links_can_be_bind_sources_without_noise() {
  mkdir -p /srv/files/dir
  echo content >/srv/files/file
  ln -sfn dir /srv/files/link
  touch /srv/files/dir/inside
  declare_containers <<'YAML'
  binds:
    system: "{system}-wasabi"
    privateNetwork: true
    bindMounts:
      /data/file: { hostPath: /srv/files/file }
      /data/link: { hostPath: /srv/files/link }
      /dev/null2: { hostPath: /dev/null }
YAML
  systemctl start container@binds
  [ "$(inside binds cat /data/file)" = content ]
  inside binds test -e /data/link/inside
  inside binds test -c /dev/null2
  log_of binds >/tmp/log
  fails grep 'already exists and is not a directory' /tmp/log
}

a_container_needs_the_mounts_below_its_bind_sources() {
  mkdir -p /srv/data
  printf '[Mount]\nWhat=tmpfs\nType=tmpfs\nWhere=/srv/data\n' >/run/systemd/system/srv-data.mount
  declare_containers <<'YAML'
  binds: { system: "{system}-wasabi", privateNetwork: true, bindMounts: { /srv/data: {} } }
YAML
  systemctl start container@binds
  [ "$(systemctl is-active srv-data.mount)" = active ]
  systemctl stop srv-data.mount
  [ "$(state binds)" = inactive ]
  rm /run/systemd/system/srv-data.mount
}

a_source_on_a_mount_that_is_noauto_is_warned_of() {
  mkdir -p /srv/slow
  echo 'tmpfs /srv/slow tmpfs noauto 0 0' >>/etc/fstab
  declare_containers <<'YAML'
  binds: { system: "{system}-wasabi", privateNetwork: true, bindMounts: { /data: { hostPath: /srv/slow/x, hostPathType: directory } } }
YAML
  journalctl --boot --dmesg --since "$test_start" \
    --grep 'containers.binds.bindMounts."/data".hostPath: is on /srv/slow'
  systemctl start container@binds
  [ "$(systemctl is-active srv-slow.mount)" = active ]
  systemctl stop container@binds srv-slow.mount
  sed -i '/srv.slow/d' /etc/fstab
}

what_is_below_proc_is_seen_inside_on_its_host_path() {
  mkdir -p /srv/proc
  echo 'two CPUs' >/srv/proc/cpuinfo
  declare_containers <<'YAML'
  binds: { system: "{system}-wasabi", privateNetwork: true, bindMounts: { /proc/cpuinfo: { hostPath: /srv/proc/cpuinfo } } }
YAML
  fails systemctl start container@binds
  log_of binds | grep 'Failed to stat /srv/proc/cpuinfo'
  journalctl --boot --dmesg --since "$test_start" \
    --grep 'containers.binds.bindMounts."/proc/cpuinfo".hostPath: .*/srv/proc/cpuinfo'
  systemctl stop container@binds
  declare_containers <<'YAML'
  binds: { system: "{system}-wasabi", privateNetwork: true, bindMounts: { /srv/proc: {}, /proc/cpuinfo: { hostPath: /srv/proc/cpuinfo } } }
YAML
  systemctl start container@binds
  [ "$(inside binds cat /proc/cpuinfo)" = 'two CPUs' ]
}

a_container_with_users_of_its_own_serves_port_80_and_shares_files() {
  mkdir -p /srv/shared
  chown daemon:mail /srv/shared
  declare_containers <<'YAML'
  picked:
    system: "{system}-wasabi"
    privateUsers: pick
    privateNetwork: true
    hostAddress: 10.0.0.1
    localAddress: 10.0.0.2
    bindMounts: { /shared: { hostPath: /srv/shared, isReadOnly: false } }
YAML
  systemctl start container@picked
  page 10.0.0.2
  inside picked sh -c 'stat -c "%U %G" /shared; touch /shared/file; chown www-data /shared/file' | grep 'daemon mail'
  [ "$(stat -c %U /srv/shared/file)" = www-data ]
  [ "$(stat -c %u "/proc/$(pgrep -P "$(main_pid picked)")")" -ge 524288 ]
  # The state directory stays root's.
  [ "$(stat -c %U /var/lib/nixos-containers/picked /var/lib/nixos-containers/picked/etc | sort -u)" = root ]
  [ -e /var/lib/nixos-containers/picked/etc/os-release ]
}

capabilities_are_added_and_dropped() {
  declare_containers <<'YAML'
  caps:
    system: "{system}-wasabi"
    privateNetwork: true
    additionalCapabilities: [CAP_SYSLOG]
    dropCapabilities: [CAP_SYS_CHROOT]
  plain: { system: "{system}-wasabi", privateNetwork: true }
YAML
  systemctl start container@caps container@plain
  local caps plain
  caps=$((16#$(awk '/^CapBnd/ {print $2}' "/proc/$(pgrep -P "$(main_pid caps)")/status")))
  plain=$((16#$(awk '/^CapBnd/ {print $2}' "/proc/$(pgrep -P "$(main_pid plain)")/status")))
  # linux/capability.h: CAP_SYS_CHROOT is 18, CAP_SYSLOG 34.
  [ $((caps >> 18 & 1)) = 0 ]
  [ $((plain >> 18 & 1)) = 1 ]
  [ $((plain >> 34 & 1)) = 0 ]
  [ $((caps >> 34 & 1)) = 1 ]
}

a_system_of_32_bits_gets_its_personality() {
  declare_containers <<'YAML'
  i686: { system: "{system}-i686", privateNetwork: true }
YAML
  systemctl start container@i686
  [ "$(inside i686 uname -m)" = i686 ]
  [ "$(cat "/proc/$(pgrep -P "$(main_pid i686)")/personality")" = 00000008 ]
}
