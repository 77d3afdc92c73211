#!/bin/bash
# SPDX-License-Identifier: MIT
# many.sh boot|reload|switch: runs inside the host, see run.
# many.sh declare NUMBER SYSTEM [autoStart]: prints a manifest.
set -eu -o pipefail
store=/nix/store/00000000000000000000000000000000
record=$store-nixos-container-generator/lib/nixos-container-generator/container-runtime
manifest=/etc/nixos-containers/many.yaml

# declare_one NUMBER SYSTEM [LINES…]
declare_one() {
  printf '  c%05d:\n    system: %s-nixos-system-%s\n    privateNetwork: true\n    hostAddress: 10.0.0.1\n' "$1" $store "$2"
  printf '    localAddress: 10.%d.%d.%d\n' $(($1 / 62500 + 1)) $(($1 / 250 % 250)) $(($1 % 250 + 1))
  printf '    forwardPorts: [{ hostIP: 10.0.0.1, hostPort: %d, containerPort: 80 }]\n' $(($1 + 10000))
  printf '    bindMounts: { /var/lib/app: { hostPath: /srv/app%d, isReadOnly: false } }\n' $(($1 % 10))
  [ $# = 2 ] || printf '    %s\n' "${@:3}"
}

declare_many() {
  local i
  printf 'version: 1\ncontainers:\n'
  for ((i = 0; i < $1; i++)); do declare_one $i "$2" ${3+"$3: true"}; done
}

fail() {
  echo "not ok: $*"
  exit 1
}

# ms COMMAND…: how long it takes; the least of three times.
ms() {
  local i before now least=
  for i in 1 2 3; do
    before=${EPOCHREALTIME/./}
    "$@" >/dev/null 2>&1 || true
    now=$((${EPOCHREALTIME/./} - before))
    if [ -z "$least" ] || ((now < least)); then least=$now; fi
  done
  awk -v us=$least 'BEGIN { printf "%.1f", us / 1000 }'
}
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }

# All have started with the host, without complaint, and long before they would have had to.
after_boot() {
  local units=() i
  for ((i = 0; i < 100; i++)); do units+=("$(printf 'container@c%05d.service' $i)"); done
  # The host is taken for booted only when they are, unless that takes too long to be waited for.
  for ((i = 0; i < 600; i++)); do
    [ "$(systemctl list-units --no-legend --state=activating 'container@*' | wc -l)" != 0 ] || [ "$(systemctl list-jobs --no-legend | wc -l)" != 0 ] || break
    sleep 0.5
  done
  systemctl show "${units[@]}" --property=Id,ActiveState,NRestarts,InactiveExitTimestampMonotonic,ActiveEnterTimestampMonotonic,TimeoutStartUSec >/scale/units
  awk -F= '
    { value[$1] = $2 }
    /^ActiveState=/ { active += $2 == "active" }
    /^NRestarts=/ { restarts += $2 }
    /^$/ { ended() }
    END { ended()
      printf "boot: %d of 100 active, %d restarts; the first began at %.1f s, the last was active at %.1f s\n", active, restarts, first / 1e6, last / 1e6
      printf "      one start took at most %.1f s, at least %.2f s; TimeoutStartSec=%s\n", longest / 1e6, shortest / 1e6, timeout
      exit active != 100 || restarts != 0 }
    function ended(  begin, end) {
      begin = value["InactiveExitTimestampMonotonic"]; end = value["ActiveEnterTimestampMonotonic"]
      timeout = value["TimeoutStartUSec"]
      if (begin == "" || end == 0) return
      if (!first || begin < first) first = begin
      if (end > last) last = end
      if (end - begin > longest) longest = end - begin
      if (!shortest || end - begin < shortest) shortest = end - begin
      delete value
    }' /scale/units || { systemctl --failed --no-pager; journalctl --boot --no-pager --grep 'timed out|already exists' | tail -n 20; fail "not all are active"; }
  systemd-analyze | head -n 1 || true
  journalctl --sync
  if journalctl --boot --no-pager --grep 'Machine .* already exists|timed out|Failed to start'; then fail "there are complaints"; fi
  [ "$(machinectl list --no-legend | wc -l)" = 100 ] || fail "not all are machines"
  [ "$(nft list map inet nixos-containers forwards4at | grep -o ' : 10' | wc -l)" = 100 ] || fail "not all forwards are there"
  for i in 0 42 99; do
    curl --silent --fail --max-time 10 --output /dev/null "http://10.0.0.1:$((10000 + i))" || fail "c$i does not answer"
  done
  [ "$(nixos-container plan)" = 'All containers are as declared.' ] || fail "there is something to apply"
  local before=${EPOCHREALTIME/./}
  systemctl stop 'container@*'
  awk -v us=$((${EPOCHREALTIME/./} - before)) 'BEGIN { printf "stop of all at once: %.1f s\n", us / 1e6 }'
  [ "$(ip -o link | wc -l)" = 1 ] || fail "links are left"
  [ "$(nft list ruleset)" = "" ] || fail "rules are left"
  [ "$(find /run/nixos-container-generator -mindepth 1 ! -name .claims ! -path '*/.resolv-conf*' ! -name .nftables ! -empty)" = "" ] || fail "records are left"
  [ "$(systemctl --failed --no-legend)" = "" ] || fail "there are failed units"
}

# are_loaded PATTERN NUMBER: systemd, which may still be busy with the reload, has so many units.
are_loaded() {
  local i
  for i in 1 2 3 4 5 6 7 8 9 10; do
    if [ "$(systemctl list-units --all --no-legend "$1" | wc -l)" = "$2" ]; then return; fi
    sleep 1
  done
  fail "there are not $2 units $1"
}

# A reload with 10,000 declared, and with as many units written by hand, which do no more than call systemd-nspawn.
reload() {
  local none declared written lazy
  none=$(ms systemctl daemon-reload)
  declare_many 10000 small autoStart >$manifest
  declared=$(ms systemctl daemon-reload)
  are_loaded 'container@*' 10000
  mkdir -p /scale/units/machines.target.d
  cp /run/systemd/generator/machines.target.d/*.conf /scale/units/machines.target.d/
  sed -i 's/container@/hand-/g' /scale/units/machines.target.d/*.conf
  # shellcheck disable=SC2016
  find /run/systemd/generator -name 'container@*.service' -printf '%f\n' | awk '{
    name = $0; sub(/^container@/, "", name)
    out = "/scale/units/hand-" name; writing = 1
    while ((getline line <("/run/systemd/generator/" $0)) > 0) {
      if (line ~ /^\[X-/) break
      if (line ~ /--restrict-address-families=/) continue # container-runtime knows whether systemd-nspawn does
      sub(/^ExecStart=.* \/usr\/bin\/systemd-nspawn/, "ExecStart=/usr/bin/systemd-nspawn", line)
      if (line !~ /^(Exec(Reload|StopPost)|SourcePath|#)/) print line >out
    }
    close("/run/systemd/generator/" $0); close(out)
  }'
  sed -i 's/autoStart: true/autoStart: false/' $manifest
  lazy=$(ms systemctl daemon-reload)
  rm $manifest
  cp -r /scale/units/. /etc/systemd/system/
  written=$(ms systemctl daemon-reload)
  are_loaded 'hand-*' 10000
  echo "daemon-reload: $declared ms with 10,000 declared that start at boot, $written ms with as many units written by hand" \
    "(ratio $(ratio "$declared" "$written")); $lazy ms with 10,000 that do not start by themselves, $none ms with none"
}

# 1,000 that run, as far as this project can tell; then 10 change.
switch() {
  local i plan apply list nothing reload before
  mkdir -p /run/systemd/system/container@.service.d
  printf '%s\n' '[Service]' Type=oneshot RemainAfterExit=yes Restart=no TimeoutStartSec=10min ExecStart= \
    "ExecStart=$record create /run/systemd/generator %i" >/run/systemd/system/container@.service.d/test.conf
  declare_many 1000 small autoStart >$manifest
  systemctl daemon-reload
  systemctl start machines.target
  systemctl list-units --no-legend --state=active 'container@*' | wc -l | grep -qx 1000 || fail "not all are active"
  [ "$(nixos-container plan)" = 'All containers are as declared.' ] || fail "there is something to apply"
  nothing=$(ms nixos-container apply)
  {
    printf 'version: 1\ncontainers:\n'
    for ((i = 0; i < 1003; i++)); do
      case $i in
        100 | 200 | 300) ;;
        400 | 500 | 600 | 700) declare_one $i small "autoStart: true" "tmpfs: [/new]" ;;
        *) declare_one $i small "autoStart: true" ;;
      esac
    done
  } >$manifest
  plan=$(ms nixos-container plan)
  list=$(ms systemctl list-units --no-pager 'container@*')
  nixos-container plan | sed 's/ (.*//' | sort >/scale/plan || true
  diff - /scale/plan <<'PLAN' || fail "the plan is wrong"
c00100: stop
c00200: stop
c00300: stop
c00400: restart
c00500: restart
c00600: restart
c00700: restart
c01000: start
c01001: start
c01002: start
PLAN
  reload=$(ms systemctl daemon-reload)
  systemctl show -P InvocationID 'container@*' | sort >/scale/before
  before=${EPOCHREALTIME/./}
  nixos-container apply | sort >/scale/applied
  apply=$(awk -v us=$((${EPOCHREALTIME/./} - before)) 'BEGIN { printf "%.1f", us / 1000 }')
  sed 's/stop$/stopped/; s/start$/started/; s/restart$/restarted/' /scale/plan | diff - /scale/applied || fail "other things were done"
  systemctl show -P InvocationID 'container@*' | sort >/scale/after
  [ "$(comm -12 /scale/before /scale/after | grep -c .)" = 993 ] || fail "others were touched"
  [ "$(nixos-container plan)" = 'All containers are as declared.' ] || fail "there is something left to apply"
  echo "1,000 run, 10 change: plan $plan ms, systemctl list-units $list ms (ratio $(ratio "$plan" "$list")); apply $apply ms," \
    "two daemon-reloads included of which one takes $reload ms; with nothing to do $nothing ms (ratio $(ratio "$nothing" "$list"))"
}

case $1 in
  declare) declare_many "${@:2}" ;;
  boot) after_boot ;;
  *) "$1" ;;
esac
