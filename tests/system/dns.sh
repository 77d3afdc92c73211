# The name servers that containers have.
# shellcheck shell=bash

_uplink=/run/systemd/resolve/resolv.conf

# The host's files are replaced by others, as network managers do it.
_set_host() { printf '%s\n' "$@" >/etc/.new && mv /etc/.new /etc/resolv.conf; }
_set_uplink() { mkdir -p ${_uplink%/*} && printf '%s\n' "$@" >$_uplink.new && mv $_uplink.new $_uplink; }
_no_uplink() { rm -rf ${_uplink%/*}; }
# has CONTAINER LINES…: whether its resolv.conf is that.
_has() { [ "$(inside "$1" cat /etc/resolv.conf)" = "$(printf '%s\n' "${@:2}")" ]; }
_has_soon() { wait_until 5 _has "$@"; }

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
  wait_until 5 eval '! systemctl is-active container-resolv-conf.path'
}
