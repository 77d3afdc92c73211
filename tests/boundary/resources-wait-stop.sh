# SPDX-License-Identifier: MIT
# Never ends, as it has frozen itself.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
promise="No start, stop, switch or command waits for it without a limit."
containers='users plain'
prepare() {
  mkdir -p "/run/systemd/system/container@$name.service.d"
  printf '[Service]\nTimeoutStopSec=%s\n' "${limit-2s}" >"/run/systemd/system/container@$name.service.d/limit.conf"
  systemctl daemon-reload
}
attempt() { systemd-run --quiet sh -c 'sleep 0.5; echo 1 >/sys/fs/cgroup/init.scope/cgroup.freeze'; }
host_does() {
  sleep 1.5
  systemctl stop --no-block "container@$name"
}
# More than three times what it may take.
reached() {
  local second
  for second in $(seq 8); do
    ! is_inactive "$name" || return 1
    sleep 1
  done
}
without() { limit=infinity; }
clean_up() {
  systemctl kill --signal=KILL "container@$name" 2>/dev/null || true
  rm -r "/run/systemd/system/container@$name.service.d"
  systemctl daemon-reload
}
