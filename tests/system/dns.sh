# SPDX-License-Identifier: MIT
# The name servers that containers have.
# shellcheck shell=bash

_uplink=/run/systemd/resolve/resolv.conf

# The host's files are replaced by others, as network managers do it.
_set_host() { printf '%s\n' "$@" >/etc/.new && mv /etc/.new /etc/resolv.conf; }
_set_uplink() { mkdir -p ${_uplink%/*} && printf '%s\n' "$@" >$_uplink.new && mv $_uplink.new $_uplink; }
_no_uplink() { rm -rf ${_uplink%/*}; }
# has CONTAINER LINES…: whether its resolv.conf is that.
_has() { [ "$(inside "$1" timeout 2 cat /etc/resolv.conf)" = "$(printf '%s\n' "${@:2}")" ]; }
_has_soon() { wait_until 20 _has "$@"; }

# Its declaration then does not say any more that it follows them, and there is no other one that does.
name_servers_are_followed_by_one_that_runs_with_errors() {
  _no_uplink
  _set_host 'nameserver 192.0.2.1'
  declare_containers <<'YAML'
  faulty: { system: "{system}-wasabi" }
YAML
  systemctl start container@faulty
  _has faulty 'nameserver 192.0.2.1'
  declare_containers <<'YAML'
  faulty: { system: "{system}-wasabi", colour: blue }
YAML
  _set_host 'nameserver 192.0.2.2'
  _has_soon faulty 'nameserver 192.0.2.2'
  systemctl stop container@faulty
  wait_until 20 is inactive container-resolv-conf.path
}

# Those that follow are only in "make check-long".

# Whatever is at /etc/resolv.conf in a container, nothing outside of it is written.
links_in_a_container_lead_nowhere() {
  local root=/var/lib/nixos-containers/evil
  _set_host 'nameserver 192.0.2.1'
  echo untouched >/srv/victim
  ln -sfn /srv/victim /srv/victim-link
  declare_containers <<'YAML'
  evil: { system: "{system}-wasabi", privateNetwork: true }
  unprivileged: { system: "{system}-wasabi", privateNetwork: true, privateUsers: pick }
  copied: { system: "{system}-resolvconf", privateNetwork: true }
YAML
  mkdir -p $root/etc /var/lib/nixos-containers/copied/etc
  ln -sfn ../../../../../../srv/victim $root/etc/resolv.conf
  ln -sfn /srv/victim $root/etc/.resolv.conf.new
  ln -sfn ../../../../../../srv/victim /var/lib/nixos-containers/copied/etc/resolv.conf
  ln -sfn ../../../../../../srv/victim /var/lib/nixos-containers/copied/etc/.resolv.conf.new
  systemctl start container@evil container@copied
  _has evil 'nameserver 192.0.2.1'
  _has copied 'nameserver 198.51.100.1' 'nameserver 192.0.2.1'
  # While it runs: what the host changes is in no place that the container can reach.
  inside evil ln -sfn ../../../../../../srv/victim /etc/resolv.conf
  fails inside evil sh -c 'echo nameserver 198.51.100.1 >/run/host/resolv-conf/resolv.conf'
  fails inside evil ln -sfn /srv/victim /run/host/resolv-conf/resolv.conf
  # One with all rights can have it otherwise, as it can with the store. That leads the host nowhere either.
  systemctl start container@unprivileged
  fails inside unprivileged mount -o remount,bind,rw /run/host/resolv-conf
  inside evil mount -o remount,bind,rw /run/host/resolv-conf
  inside evil ln -sfn /srv/victim /run/host/resolv-conf/.resolv.conf.new
  inside evil sh -c 'rm /run/host/resolv-conf/resolv.conf && mkfifo /run/host/resolv-conf/resolv.conf'
  _set_host 'nameserver 192.0.2.2'
  _has_soon unprivileged 'nameserver 192.0.2.2'
  systemctl stop container@unprivileged
  [ "$(cat /srv/victim)" = untouched ]
  # A directory there is no reason not to start.
  systemctl stop container@evil
  rm $root/etc/resolv.conf
  mkdir $root/etc/resolv.conf
  systemctl start container@evil
  log_of evil | grep 'container-init: .*/etc/resolv.conf'
  [ "$(cat /srv/victim)" = untouched ]
  systemctl stop container@evil container@copied
  rm -rf $root /var/lib/nixos-containers/copied /srv/victim /srv/victim-link
}

name_servers_of_the_host_are_followed_when_they_change() {
  _no_uplink
  _set_host 'nameserver 192.0.2.1' 'search example.org'
  declare_containers <<'YAML'
  shared: { system: "{system}-wasabi" }
  own: { system: "{system}-wasabi", privateNetwork: true, hostAddress: 10.0.0.1, localAddress: 10.0.0.2, internetAccess: true }
  ephemeral: { system: "{system}-wasabi", privateNetwork: true, ephemeral: true }
  unprivileged: { system: "{system}-wasabi", privateNetwork: true, privateUsers: pick }
  both: { system: "{system}-wasabi", privateNetwork: true, privateUsers: pick, ephemeral: true }
YAML
  local container containers=(shared own ephemeral unprivileged both)
  systemctl start "${containers[@]/#/container@}"
  for container in "${containers[@]}"; do
    _has "$container" 'nameserver 192.0.2.1' 'search example.org'
    [ "$(inside "$container" stat -c %U:%G /etc/resolv.conf)" = root:root ]
    inside "$container" runuser -u daemon -- cat /etc/resolv.conf | grep 192.0.2.1
    fails inside "$container" sh -c 'echo >>/etc/resolv.conf'
  done
  # Replaced, and written in place.
  _set_host 'nameserver 192.0.2.2'
  for container in "${containers[@]}"; do _has_soon "$container" 'nameserver 192.0.2.2'; done
  echo 'nameserver 192.0.2.3' >/etc/resolv.conf
  for container in "${containers[@]}"; do _has_soon "$container" 'nameserver 192.0.2.3'; done
  # A change is seen by those that are reloaded, too, and by those that start anew.
  systemctl daemon-reload
  systemctl reload container@own
  _set_host 'nameserver 192.0.2.4'
  systemctl restart container@ephemeral
  for container in "${containers[@]}"; do _has_soon "$container" 'nameserver 192.0.2.4'; done
  # The last of them takes the unit with it that watches the host's file.
  systemctl is-active container-resolv-conf.path
  systemctl stop "${containers[@]/#/container@}"
  wait_until 20 is inactive container-resolv-conf.path
}

the_stub_of_systemd_resolved_is_resolved_to_what_it_stands_for() {
  _no_uplink
  # The host's file is a link, as systemd-resolved wants it, and there are no name servers yet.
  mkdir -p ${_uplink%/*}
  printf '# A comment.\nnameserver\t127.0.0.53\noptions edns0' >${_uplink%/*}/stub-resolv.conf
  ln -sfn ../run/systemd/resolve/stub-resolv.conf /etc/resolv.conf
  ip netns add elsewhere
  declare_containers <<'YAML'
  shared: { system: "{system}-wasabi" }
  own: { system: "{system}-wasabi", privateNetwork: true }
  elsewhere: { system: "{system}-wasabi", networkNamespace: /run/netns/elsewhere }
YAML
  systemctl start container@shared container@own container@elsewhere
  inside shared cat /etc/resolv.conf | grep -P 'nameserver\t127.0.0.53'
  inside own cat /etc/resolv.conf | grep -P 'nameserver\t127.0.0.53'
  _set_uplink 'nameserver 192.0.2.1'
  _has_soon own 'nameserver 192.0.2.1'
  _has elsewhere 'nameserver 192.0.2.1'
  inside shared cat /etc/resolv.conf | grep -P 'nameserver\t127.0.0.53'
  _set_uplink 'nameserver 192.0.2.2'
  _has_soon own 'nameserver 192.0.2.2'
  # Without the stub it is the host's own file that counts, and where there is none there are no name servers.
  rm /etc/resolv.conf
  _set_host 'nameserver 192.0.2.3'
  _has_soon own 'nameserver 192.0.2.3'
  _has shared 'nameserver 192.0.2.3'
  rm /etc/resolv.conf
  _has_soon own
  _has shared
  _set_host 'nameserver 192.0.2.4'
  _has_soon own 'nameserver 192.0.2.4'
  systemctl stop container@shared container@own container@elsewhere
  ip netns delete elsewhere
  _no_uplink
}

many_changes_at_once_are_all_seen() {
  declare_containers <<'YAML'
  web: { system: "{system}-wasabi", privateNetwork: true }
YAML
  systemctl start container@web
  local i
  for i in $(seq 40); do _set_host "nameserver 192.0.2.$i"; sleep 0.02; done
  _has_soon web 'nameserver 192.0.2.40'
  _set_host 'nameserver 192.0.2.1'
  _has_soon web 'nameserver 192.0.2.1'
}

a_change_while_systemd_does_not_look_at_the_files_is_seen() {
  declare_containers <<'YAML'
  web: { system: "{system}-wasabi", privateNetwork: true }
YAML
  systemctl start container@web
  # When all is done, and before the unit has ended.
  local drop_ins=/run/systemd/system/container-resolv-conf.service.d
  mkdir -p $drop_ins
  printf '[Service]\nExecStopPost=sh -c "echo nameserver 192.0.2.9 >/etc/.new; mv /etc/.new /etc/resolv.conf"\n' >$drop_ins/test.conf
  systemctl daemon-reload
  _set_host 'nameserver 192.0.2.8'
  _has_soon web 'nameserver 192.0.2.9'
  rm -r $drop_ins
}

name_servers_of_its_own_are_left_to_a_container() {
  _set_host 'nameserver 192.0.2.1'
  declare_containers <<'YAML'
  own: { system: "{system}-wasabi", privateNetwork: true }
  resolvconf: { system: "{system}-resolvconf", privateNetwork: true }
  unprivileged: { system: "{system}-resolvconf", privateNetwork: true, privateUsers: pick, ephemeral: true }
YAML
  systemctl start container@own container@resolvconf container@unprivileged
  # A system puts its own file in the place of the link, or has a resolvconf, which starts from a copy and hears of changes.
  inside own sh -c 'echo nameserver 198.51.100.1 >/etc/new && mv /etc/new /etc/resolv.conf'
  _has resolvconf 'nameserver 198.51.100.1' 'nameserver 192.0.2.1'
  _has unprivileged 'nameserver 198.51.100.1' 'nameserver 192.0.2.1'
  [ "$(inside unprivileged stat -c %U:%G:%a /etc/resolv.conf)" = root:root:644 ]
  _set_host 'nameserver 192.0.2.2'
  _has_soon resolvconf 'nameserver 198.51.100.1' 'nameserver 192.0.2.2'
  _has_soon unprivileged 'nameserver 198.51.100.1' 'nameserver 192.0.2.2'
  _has own 'nameserver 198.51.100.1'
  # At the next start the system decides anew.
  systemctl restart container@own container@resolvconf
  _has own 'nameserver 192.0.2.2'
  _has resolvconf 'nameserver 198.51.100.1' 'nameserver 192.0.2.2'
}

resolv_conf_has_the_modes_of_systemd_nspawn() {
  _set_host 'nameserver 192.0.2.1'
  _set_uplink 'nameserver 192.0.2.11'
  declare_containers <<'YAML'
  off: { system: "{system}-wasabi", resolvConf: "off" }
  copy: { system: "{system}-wasabi", resolvConf: copy-host }
  replace: { system: "{system}-wasabi", privateNetwork: true, resolvConf: replace-uplink }
  bind: { system: "{system}-wasabi", resolvConf: bind-host }
  delete: { system: "{system}-wasabi", resolvConf: delete }
  auto: { system: "{system}-wasabi", privateNetwork: true, resolvConf: auto }
  flag: { system: "{system}-wasabi", extraFlags: [--resolv-conf=copy-uplink] }
YAML
  local container containers=(off copy replace bind delete auto flag) etc
  for container in "${containers[@]}"; do
    etc=/var/lib/nixos-containers/$container/etc
    mkdir -p "$etc"
    rm -rf "$etc/resolv.conf"
    echo 'nameserver 198.51.100.1' >"$etc/resolv.conf"
  done
  systemctl start "${containers[@]/#/container@}"
  _has off 'nameserver 198.51.100.1'
  _has copy 'nameserver 192.0.2.1'
  _has replace 'nameserver 192.0.2.11'
  _has bind 'nameserver 192.0.2.1'
  fails inside delete test -e /etc/resolv.conf
  _has auto 'nameserver 198.51.100.1'
  _has flag 'nameserver 192.0.2.11'
  # None of them follows the host, nor sees the file.
  fails systemctl is-active container-resolv-conf.path
  fails inside copy test -e /run/host/resolv-conf
  echo 'nameserver 192.0.2.2' >/etc/resolv.conf
  _has bind 'nameserver 192.0.2.2'
  _has copy 'nameserver 192.0.2.1'
  systemctl stop "${containers[@]/#/container@}"
  _no_uplink
}

another_mode_takes_a_restart_and_leaves_nothing_of_the_link() {
  local root=/var/lib/nixos-containers/web
  rm -rf $root
  _set_host 'nameserver 192.0.2.1'
  declare_containers <<'YAML'
  web: { system: "{system}-wasabi", privateNetwork: true }
YAML
  systemctl start container@web
  declare_containers <<'YAML'
  web: { system: "{system}-wasabi", privateNetwork: true, resolvConf: copy-host }
YAML
  planned | grep 'web: restart (resolvConf: added "copy-host")'
  nixos-container apply
  _has web 'nameserver 192.0.2.1'
  inside web test ! -L /etc/resolv.conf
  # Nothing is removed by way of links that lead out of the container, nor anything else.
  systemctl stop container@web
  rm -rf "${root:?}"/etc
  mkdir -p /srv/etc
  ln -sfn /run/host/resolv-conf/resolv.conf /srv/etc/resolv.conf
  ln -sfn ../../../../../../srv/etc $root/etc
  systemctl start container@web || true
  systemctl stop container@web
  [ -L /srv/etc/resolv.conf ]
  rm -rf $root /srv/etc
}
