# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What is at the host paths of bind mounts, and what comes later: directories, files, sockets, devices.

# The start of a container fails, and says why.
_start_fails() {
  fails systemctl start "container@$1"
  systemctl stop "container@$1"
  log_of "$1" >/tmp/log
  grep -F "$2" /tmp/log
}

nothing_is_created_where_it_would_stand_in_the_way() {
  rm -rf /srv/missing /etc/ssh/missing_key
  ln -sfn /run /srv/to-run
  local path
  declare_containers <<'YAML'
  missing:
    system: "{system}-small"
    bindMounts:
      /etc/ssh/missing_key: { isReadOnly: false }
      /secret: { hostPath: /run/missing/secret, isReadOnly: false }
      /srv/missing/config.yaml: { isReadOnly: false }
      /srv/missing: {}
      /proc/data: { hostPath: /proc/missing, isReadOnly: false }
      /linked: { hostPath: /srv/to-run/missing/linked, isReadOnly: false }
      /good: { hostPath: /srv/missing/good, isReadOnly: false }
YAML
  _start_fails missing 'containers.missing.bindMounts."/etc/ssh/missing_key": /etc/ssh/missing_key does not exist'
  grep -F 'containers.missing.bindMounts."/secret".hostPath: /run/missing/secret does not exist' /tmp/log
  grep -F 'containers.missing.bindMounts."/srv/missing/config.yaml": /srv/missing/config.yaml does not exist' /tmp/log
  grep -F 'containers.missing.bindMounts."/srv/missing": /srv/missing does not exist' /tmp/log
  grep -F 'containers.missing.bindMounts."/proc/data".hostPath: /proc/missing does not exist' /tmp/log
  grep -F 'containers.missing.bindMounts."/linked".hostPath: /srv/to-run/missing/linked does not exist, and nothing is created in /run' /tmp/log
  for path in /etc/ssh/missing_key /run/missing /srv/missing; do [ ! -e $path ]; done
  rm /srv/to-run
}

a_file_that_is_gone_does_not_become_a_directory() {
  mkdir -p /srv/gone
  echo text >/srv/gone/token
  declare_containers <<'YAML'
  gone: { system: "{system}-small", privateNetwork: true, bindMounts: { /var/token: { hostPath: /srv/gone/token, isReadOnly: false } } }
YAML
  systemctl start container@gone
  [ "$(cat "$(path_of gone /var/token)")" = text ]
  systemctl stop container@gone
  rm /srv/gone/token
  _start_fails gone 'containers.gone.bindMounts."/var/token".hostPath: /srv/gone/token does not exist, and is not created as a directory'
  [ ! -e /srv/gone/token ]
}

what_is_declared_is_created_as_it_is_declared() {
  rm -rf /srv/made
  declare_containers <<'YAML'
  made:
    system: "{system}-small"
    privateNetwork: true
    bindMounts:
      /data/file: { hostPath: /srv/made/file, hostPathType: file, hostPathMissing: create, isReadOnly: false, hostPathMode: "0640", hostPathUser: daemon }
      /data/empty: { hostPath: /srv/made/empty, hostPathType: file, hostPathMissing: create }
      /data/www.example.org: { hostPath: /srv/made/www.example.org, hostPathType: directory }
      /data/create: { hostPath: /srv/made/create.d, hostPathMissing: create }
YAML
  systemctl start container@made
  [ "$(stat -c '%F %a %U' /srv/made/{file,empty,www.example.org,create.d})" = 'regular empty file 640 daemon
regular empty file 644 root
directory 755 root
directory 755 root' ]
  echo text >"$(path_of made /data/file)"
  systemctl restart container@made
  [ "$(cat /srv/made/file)" = text ]
}

what_is_there_has_to_be_what_was_said() {
  mkdir -p /srv/kinds/directory
  touch /srv/kinds/file
  declare_containers <<'YAML'
  kinds: { system: "{system}-small", privateNetwork: true, bindMounts: { /data: { hostPath: /srv/kinds/directory, hostPathType: file } } }
  socket: { system: "{system}-small", privateNetwork: true, bindMounts: { /data: { hostPath: /srv/kinds/file, hostPathType: socket } } }
  good: { system: "{system}-small", privateNetwork: true, bindMounts: { /a: { hostPath: /srv/kinds/file, hostPathType: file }, /b: { hostPath: /dev/null, hostPathType: device }, /c: { hostPath: /run/systemd/notify, hostPathType: socket }, /d: { hostPath: /srv/kinds/directory, hostPathType: directory } } }
YAML
  _start_fails kinds 'containers.kinds.bindMounts."/data".hostPath: /srv/kinds/directory is a directory, but hostPathType is file'
  _start_fails socket 'containers.socket.bindMounts."/data".hostPath: /srv/kinds/file is a file, but hostPathType is socket'
  systemctl start container@good
  [ -S "$(path_of good /c)" ]
}

# Those that follow are only in "make check-long".

what_is_waited_for_is_there_when_the_container_starts() {
  rm -rf /run/late /srv/late
  declare_containers <<'YAML'
  late:
    system: "{system}-small"
    privateNetwork: true
    bindMounts:
      /run/late/socket: { hostPathType: socket }
      /data: { hostPath: /srv/late/file, hostPathMissing: wait }
YAML
  systemctl start container@late &
  local start=$!
  wait_until 20 has_logged late 'waiting for /run/late/socket'
  [ "$(state late)" = inactive ]
  mkdir -p /run/late /srv/late
  systemd-socket-activate -l /run/late/socket true &
  local listener=$!
  wait_until 20 has_logged late 'waiting for /srv/late/file'
  echo late >/srv/late/file
  wait "$start"
  [ "$(cat "$(path_of late /data)")" = late ]
  [ -S "$(path_of late /run/late/socket)" ]
  kill $listener
  # Nothing runs for what is there.
  systemctl restart container@late
  [ "$(systemctl show -P ConditionResult container-wait@late)" = no ]
}

what_does_not_come_fails_the_start_and_is_waited_for_again() {
  rm -f /dev/test-late
  declare_containers <<'YAML'
  late: { system: "{system}-small", privateNetwork: true, timeoutStartSec: 2s, devices: [/dev/test-late] }
YAML
  fails systemctl start container@late
  log_of late | grep -F 'containers.late.devices: /dev/test-late does not exist'
  [ ! -e /dev/test-late ]
  # The device is connected.
  mknod -m 0666 /dev/test-late c 10 229
  wait_until 20 is active container@late
  [ "$(stat -c %t:%T "$(path_of late /dev/test-late)")" = a:e5 ]
  rm /dev/test-late
}

devices_are_bound_and_allowed_and_links_are_followed() {
  mkdir -p /dev/test-by-id
  rm -f /dev/test-node /dev/test-by-id/node
  mknod -m 0666 /dev/test-node c 10 229
  ln -sfn ../test-node /dev/test-by-id/node
  declare_containers <<'YAML'
  node: { system: "{system}-wasabi", privateNetwork: true, devices: [/dev/test-by-id/node] }
  none: { system: "{system}-wasabi", privateNetwork: true, bindMounts: { /dev/test-by-id/node: { isReadOnly: false } } }
YAML
  systemctl start container@node container@none
  inside node test -c /dev/test-by-id/node
  inside node sh -c 'exec 4<>/dev/test-by-id/node'
  fails inside none sh -c 'exec 4<>/dev/test-by-id/node'
  # Connected again, with the same number.
  rm /dev/test-node
  mknod -m 0666 /dev/test-node c 10 229
  inside node sh -c 'exec 4<>/dev/test-by-id/node'
  systemctl stop container@node container@none
  # A directory that an earlier start has left in its place.
  rm /dev/test-node
  mkdir /dev/test-node
  _start_fails node 'containers.node.devices: /dev/test-by-id/node is a directory, not a device'
  rm -rf /dev/test-by-id /dev/test-node
}

a_mount_that_is_added_to_a_running_container_has_to_be_there() {
  rm -rf /srv/added
  declare_containers <<'YAML'
  added: { system: "{system}-small", privateNetwork: true }
YAML
  systemctl start container@added
  declare_containers <<'YAML'
  added: { system: "{system}-small", privateNetwork: true, bindMounts: { /srv/added: {} } }
YAML
  fails nixos-container apply 2>/tmp/apply
  grep -F 'containers.added.bindMounts."/srv/added": /srv/added does not exist' /tmp/apply
  [ ! -e /srv/added ]
  mkdir -p /srv/added/there
  nixos-container apply
  [ -d "$(path_of added /srv/added/there)" ]
}
