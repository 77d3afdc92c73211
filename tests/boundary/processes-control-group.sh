# SPDX-License-Identifier: MIT
# Leaves its control group, which limits it, for one of the host that it finds in the tree.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
promise="It cannot signal, trace or share memory with processes of the host, or leave its control group."
containers='users plain'
attempt() {
  local group
  sleep 4713 &
  mkdir -p /tmp/tree
  may_fail mount -t cgroup2 cgroup2 /tmp/tree
  for group in /tmp/tree /tmp/tree/.. /tmp/tree/system.slice/dbus.service /sys/fs/cgroup/..; do
    may_fail sh -c "echo $! >$group/cgroup.procs" 2>/dev/null
  done
  sleep 0.2
  mountpoint -q /tmp/tree && umount /tmp/tree
}
reached() {
  local process
  process=$(pgrep -n -f 'sleep 4713')
  cat "/proc/$process/cgroup"
  ! grep "container@$name.service" "/proc/$process/cgroup"
}
without() {
  name=plain
  # Of the control group that it began in, as if it had been the unit's.
  enter_without cgroup
}
clean_up() { pkill -f 'sleep 4713' || true; }
