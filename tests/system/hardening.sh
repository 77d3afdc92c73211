# What containers are held to, and what they are given in secret: limits, privileges, credentials and a store of their own.
# shellcheck shell=bash disable=SC2154

_cgroup() { echo "/sys/fs/cgroup$(systemctl show -P ControlGroup "container@$1")"; }

# limits_are NAME MEMORY CPU TASKS: what the kernel holds the container to.
_limits_are() {
  local group
  group=$(_cgroup "$1")
  [ "$(cat "$group/memory.max") $(cat "$group/cpu.max") $(cat "$group/pids.max")" = "$2 $3 $4" ]
}

limits_hold_and_a_daemon_reload_changes_them_while_the_container_runs() {
  declare_containers <<'YAML'
  small: { system: "{system}-wasabi", privateNetwork: true, memoryMax: 256M, cpuQuota: 50%, tasksMax: 200 }
YAML
  systemctl start container@small
  _limits_are small 268435456 '50000 100000' 200
  local before
  before=$(main_pid small)
  declare_containers <<'YAML'
  small: { system: "{system}-wasabi", privateNetwork: true, memoryMax: 0.5G, cpuQuota: 150.5%, tasksMax: infinity }
YAML
  wait_until 5 _limits_are small 536870912 '150500 100000' max
  [ "$(nixos-container apply)" = 'All containers are as declared.' ]
  declare_containers <<'YAML'
  small: { system: "{system}-wasabi", privateNetwork: true, tasksMax: 100 }
YAML
  wait_until 5 _limits_are small max 'max 100000' 100
  [ "$(nixos-container apply)" = 'All containers are as declared.' ]
  # They hold for all that is in the container.
  fails inside small sh -c 'for i in $(seq 200); do sleep 60 & done 2>/dev/null; kill $(jobs -p); [ $(jobs -p | wc -l) = 200 ]'
  [ "$(main_pid small)" = "$before" ]
  systemctl restart container@small
  _limits_are small max 'max 100000' 100
}

shares_of_the_host_are_limits_too() {
  declare_containers <<'YAML'
  share: { system: "{system}-wasabi", privateNetwork: true, memoryMax: 50%, tasksMax: 10% }
YAML
  fails eval 'systemd-analyze verify container@share.service 2>&1 | grep -e Memory -e Tasks'
  systemctl start container@share
  [ "$(cat "$(_cgroup share)/memory.max")" -gt 0 ]
  [ "$(cat "$(_cgroup share)/pids.max")" -gt 0 ]
}

