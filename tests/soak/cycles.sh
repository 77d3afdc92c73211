#!/bin/bash
# SPDX-License-Identifier: MIT
# cycles.sh CYCLES SEED [CYCLE]: runs inside the host, see run.
set -u -o pipefail
# shellcheck source=tests/host/helpers.sh
. /helpers.sh
cycles=$1 seed=$2 only=${3-}
size=10 # how many containers there can be: c0, c1, …; the last has a systemd inside and can be reloaded
manifest=/etc/nixos-containers/soak.yaml
units=/run/systemd/generator
roots=/var/lib/nixos-containers

# Chance.

# draw MAX WHAT: sets $drawn to a number below MAX that depends on the seed and on WHAT alone.
draw() {
  local text="$seed $2" hash=2166136261 i character
  for ((i = 0; i < ${#text}; i++)); do
    printf -v character %d "'${text:i:1}"
    hash=$((((hash ^ character) * 16777619) & 0xffffffff))
  done
  hash=$(((hash ^ hash >> 15) * 2246822519 & 0xffffffff))
  drawn=$(((hash ^ hash >> 13) % $1))
}

# chance N M WHAT: true N times of M.
chance() {
  draw "$2" "$3"
  ((drawn < $1))
}

# swapped NUMBER WHAT: sets $swapped to NUMBER, or to the other one of a pair of containers of which each has what the other had.
swapped() {
  local a b
  draw $size "a $2"
  a=$drawn
  draw $size "b $2"
  b=$drawn
  swapped=$1
  if [ "$1" = "$a" ]; then swapped=$b; elif [ "$1" = "$b" ]; then swapped=$a; fi
}

# Manifests. What takes a restart stays for some cycles.

is_declared() { chance $(($1 == size - 1 ? 3 : 8)) 10 "declared $1 $((($2 + $1) / 4))"; }
is_automatic() { chance 1 2 "automatic $1 $((($2 + $1) / 3))"; }
# is_swapping NUMBER CYCLE: whether the container has, or has had a little before, what another one is to have.
is_swapping() {
  local k swapped
  for ((k = $2 - 2; k <= $2; k++)); do
    swapped "$1" "port $((k / 2))"
    [ "$swapped" = "$1" ] || return 0
    swapped "$1" "address $((k / 3))"
    [ "$swapped" = "$1" ] || return 0
  done
  return 1
}

# One that runs keeps what it has, and nobody else can have that.
is_broken() { is_declared "$1" "$2" && chance 1 8 "broken $1 $((($2 + $1) / 2))" && ! is_swapping "$1" "$2"; }

# entry NUMBER CYCLE: prints the entry of a container.
entry() {
  local i=$1 k=$2 slow=$((($2 + $1) / 4)) quick=$((($2 + 2 * $1) / 2)) network system=small port other
  local mistakes=('colour: blue' 'timeoutStartSec: [soon]' 'localMacAddress: none' 'credentials: { token: }')
  echo "  c$i:"
  if is_broken "$i" "$k"; then
    draw ${#mistakes[@]} "mistake $i $k"
    echo "    ${mistakes[drawn]}"
  elif chance 1 4 "credentials $i $slow"; then
    echo "    credentials: { token: { path: /etc/hostname } }"
  fi
  if ((i == size - 1)); then
    if chance 1 2 "system $quick"; then system=wasabi; else system=old; fi
  else
    if chance 1 3 "ephemeral $i $slow"; then echo "    ephemeral: true"; fi
    if chance 1 6 "closure $i $slow"; then echo "    closure: $store-closure-small/store-paths"; fi
  fi
  echo "    system: $systems-$system"
  if is_automatic "$i" "$k"; then echo "    autoStart: true"; fi
  if ((i == 2 || i == 5)); then echo "    privateUsers: pick"; fi
  if chance 1 4 "tmpfs $i $slow"; then echo "    tmpfs: [/scratch]"; fi
  if chance 1 2 "bind $i $quick"; then echo "    bindMounts: { /data: { hostPath: /srv/c$i, isReadOnly: false } }"; fi
  if chance 1 5 "resolvConf $i $slow"; then echo "    resolvConf: off"; fi
  # One of those with a lower number: they do not wait for each other.
  draw "$size" "after $i $quick"
  other=$drawn
  if ((other < i)) && is_declared "$other" "$k"; then echo "    after: [c$other]"; fi

  draw 11 "network $i $slow"
  network=$drawn
  if ((i == size - 1 && network < 2)); then network=2; fi
  if ((network == 0)); then return; fi
  if ((network == 8)); then
    echo "    networkNamespace: /run/netns/soak"
    return
  fi
  echo "    privateNetwork: true"
  if ((network == 9)); then echo "    macvlans: [mac0]"; fi
  if ((network == 10 && i < size - 1)); then echo "    interfaces: [nic$i]"; fi
  if ((network == 1 || network > 8)); then return; fi
  swapped "$i" "address $((k / 3))"
  if ((network == 7)); then
    echo "    hostBridge: br0"
    echo "    hostAddress: 10.2.0.1"
    echo "    localAddress: 10.2.0.$((swapped + 2))/24"
  else
    echo "    hostAddress: 10.0.0.1"
    echo "    localAddress: 10.0.0.$((swapped + 2))"
    if ((network >= 5)); then
      echo "    hostAddress6: fc00::1"
      echo "    localAddress6: fc00::$((swapped + 2))"
    fi
    if chance 1 4 "veth $i $slow"; then
      echo "    extraVeths: { extra$i: { hostAddress: 10.1.$i.1, localAddress: 10.1.$i.2 } }"
    fi
  fi
  if chance 1 3 "internet $i $quick"; then echo "    internetAccess: $(chance 1 2 "access $i $quick" && echo true || echo false)"; fi
  swapped "$i" "port $((k / 2))"
  port=$((8000 + swapped))
  echo "    forwardPorts:"
  echo "      - { hostPort: $port, containerPort: 80$(chance 1 2 "open $i $quick" && echo ', openFirewall: true') }"
  if chance 1 2 "second $i $quick"; then echo "      - { protocol: udp, hostPort: $port, containerPort: 7 }"; fi
  if chance 1 3 "third $i $quick"; then echo "      - { hostIP: 10.0.0.1, hostPort: $((port + 100)), containerPort: 80 }"; fi
}

write_manifest() {
  local i
  printf 'version: 1\ncontainers:\n' >$manifest.new
  for ((i = 0; i < size; i++)); do
    if is_declared $i "$1"; then entry $i "$1"; fi
  done >>$manifest.new
  if [ "$(wc -l <$manifest.new)" = 2 ]; then echo '  {}' >>$manifest.new; fi
  mv $manifest.new $manifest
}

# What must hold.

declare -A running=()
names() { printf '%s\n' "${!running[@]}" | grep . | sort; }

elements() {
  nft -s list ruleset 2>/dev/null | tr -d '\n\t' | sed 's/elements = {/\n&/g; s/\(map\|set\|chain\) \([a-z0-9]*\) {/\n\1 \2\n/g' | awk '
    /^(map|set|chain) / { name = $2 }
    /^elements = / { sub(/^elements = \{ */, ""); sub(/ *\}.*/, ""); n = split($0, all, / *, */); for (i = 1; i <= n; i++) print "element", name, all[i] }'
}

# What a unit says there is to be while its container runs. All of it but where its entry stands, and the entry, which may differ in
# what takes no change, is to be in the record.
awk_name='function name_of(path) { sub(/\/unit$/, "", path); sub(/.*[@\/]/, "", path); sub(/\.service$/, "", path); return path }'
# shellcheck disable=SC2016
awk_unit='
  FNR == 1 { name = name_of(FILENAME); section = "" }
  /^\[/ { section = $0 }
  /^After=container@/ { next } # takes no change
  !/^# Automatically generated by/ && section != "[X-Manifest]" { print "unit of " name ": " $0 }'
# shellcheck disable=SC2016
awk_implied='
  FNR == 1 {
    print "active container@" name ".service\nmachine " name "\nrecord " name
    print "process of " name ": systemd-nspawn\nprocess of " name ": its init"
    print "mount /run/systemd/nspawn/unix-export/" name
    print "directory /run/systemd/nspawn/unix-export/" name "\ndirectory /run/systemd/nspawn/propagate/" name
  }
  /"--directory=\/run/ { print "root " name "\nmount /run/nixos-containers/" name }
  /^#/ || !NF { next }
  /--network-interface=nic/ { sub(/.*=/, ""); inside[$1] = 1 }
  /container-resolv-conf.path/ { resolv_conf = 1 }
  section == "[X-Network]" && /^link add name/ { print "link", $4; table = 1 }
  section == "[X-Network]" && /^address add/ { print "address", $5, $3 }
  section == "[X-Network]" && /^route add/ { print "route", $5, $3 }
  section == "[X-Nftables]" && /^add element/ { sub(/^add element inet nixos-containers /, "element "); gsub(/ [{}]/, ""); print }
  section == "[X-Claims]" && !/^\[/ { print $0 " is claimed by " name }
  section == "[X-Localhost]" && !/^\[/ {
    for (i = 3; i <= NF; i++) {
      at = $i
      if ($1 !~ /127[.]/) sub(/^127[.]0[.]0[.]1/, "127.0.0.0/8", at)
      print "localhost", $1 ~ /^udp:/ ? "udp" : "tcp", at, $2
    }
  }
  END {
    if (table) print "table"
    if (resolv_conf) print "active container-resolv-conf.path"
    for (i = 0; i < size - 1; i++) if (!(("nic" i) in inside)) print "link nic" i
  }'

# All that there is to be for the containers that run, by their generated units; where their entry has errors now, by those from before.
declare -A as_before=()
expected() {
  local name files=() kept=()
  cat /soak/baseline
  for name in "${!running[@]}"; do
    if [ -n "${as_before[$name]-}" ]; then
      files+=("/soak/units/container@$name.service")
    else
      whole_unit "$units/container@$name.service" >"/soak/now/container@$name.service"
      files+=("/soak/now/container@$name.service")
    fi
    if [ -e "/soak/state/$name" ]; then kept+=("$name"); fi
  done
  awk -v size=$size "$awk_name $awk_unit $awk_implied" "${files[@]-/dev/null}"
  if [ ${#kept[@]} -gt 0 ]; then
    cd /soak/state && grep -H . "${kept[@]}"
    cd /
  fi
}

# All of the host's, but for those of this test, for who is there for a while when there is something to do, and for the services that stay once
# a container has been started. In a container that has
# a systemd, all but systemd-nspawn are as one.
processes() {
  ps -e -o cgroup:200= -o comm= | sed 's/^[^ ]*0:://; s/  */ /' | awk '
    /^\/entered / || /\(udev-worker\)$/ || /systemd-machined\.service/ || /\/container-(ends|rules|nix-roots)\.service/ || $2 == "" { next }
    /^\/machine\.slice\/container@/ {
      name = $1
      sub(/.*container@/, "", name)
      sub(/\.service.*/, "", name)
      if ($2 == "systemd-nspawn") print "process of " name ": systemd-nspawn"
      else if (name != "c'$((size - 1))'" || !seen++) print "process of " name ": its init"
      next
    }
    { print "process", $0 }'
}

found() {
  local name
  systemctl list-units --plain --no-legend 'container@*' container-resolv-conf.path | awk '{ print $3, $1 }'
  systemctl list-units --plain --no-legend --state=failed | awk '{ print "failed", $1 }'
  machinectl list --no-legend | awk '{ print "machine", $1 }'
  processes
  local files kept=()
  find $records -mindepth 1 -maxdepth 1 ! -name .claims ! -name .control-groups ! -name .resolv-conf ! -name .nftables ! -name .pins ! -name .root-writers ! -name .secrets-key -printf 'record %f\n' 2>/dev/null
  files=("$records"/*/unit)
  if [ -e "${files[0]}" ]; then
    awk "$awk_name $awk_unit" "${files[@]}"
  fi
  for name in "${!running[@]}"; do
    if [ -e "/soak/state/$name" ]; then kept+=("$name"); fi
  done
  if [ ${#kept[@]} -gt 0 ]; then
    cd $roots && grep -H . "${kept[@]/%//root/state}" | sed 's|/root/state||'
    cd /
  fi
  find $records/.claims -type l -printf '%f is claimed by %l\n' 2>/dev/null
  ip -o link | awk '$2 != "lo:" { sub(/[:@].*/, "", $2); print "link", $2 }'
  ip -o address | awk '$2 != "lo" && $2 != "br0" && $4 !~ /^fe80/ { print "address", $2, $4 }'
  ip route show table all | awk '!/ proto kernel / { for (i = 1; i < NF; i++) if ($i == "dev") print "route", $(i + 1), $1 }'
  elements
  if nft list table inet nixos-containers >/dev/null 2>&1; then echo table; fi
  ss -Hltun | awk '$5 !~ /:80$/ { print "listens", $5 }'
  /soak/localhost list | sed 's/^/localhost /'
  find /run/systemd/transient -mindepth 1 -maxdepth 1 -name 'container-*' -printf 'unit %f\n'
  find /run/nixos-containers -mindepth 1 -maxdepth 1 -printf 'root %f\n' 2>/dev/null | sed 's/^root \.#\(.*\)\.lck$/lock \1/' | grep -v '^lock' || true
  find /run/systemd/nspawn/{propagate,unix-export} -mindepth 1 -maxdepth 1 -printf 'directory %p\n' 2>/dev/null
  awk '$5 ~ "^/run/(systemd/nspawn|nixos-containers)/." { print "mount", $5; next } { print "mount", $0 }' /proc/self/mountinfo
}

holds() {
  expected | sed 's/^address \(.*\)\/\(32\|128\)$/address \1/' | sort >/soak/expected
  found | sed 's/^address \(.*\)\/\(32\|128\)$/address \1/' | sort >/soak/found
  cmp -s /soak/expected /soak/found
}

# fail WHAT [FILE FILE]: shows how the files, what was expected and what was found, differ; what has failed comes last, where one looks.
fail() {
  cat $manifest 2>/dev/null
  journalctl --sync
  journalctl --boot --no-pager --output=short-monotonic --unit='container@*' | tail -n 40 | sed 's/^/  | /'
  if [ $# -gt 1 ]; then diff "$2" "$3"; fi
  echo "not ok: seed $seed, cycle $cycle: $1"
  echo "again: make soak SEED=$seed CYCLE=$cycle"
  exit 1
}

checks=0
# check WHAT: what was just done.
check() {
  local i name
  for ((i = 0; i < 200; i++)); do
    if holds; then
      checks=$((checks + 1))
      for name in "${!running[@]}"; do
        if [ -z "${as_before[$name]-}" ]; then whole_unit "$units/container@$name.service" >"/soak/units/container@$name.service"; fi
      done
      return
    fi
    sleep 0.1
  done
  fail "after: $*" /soak/expected /soak/found
}

# Whoever has a root that stays is given something to keep in it.
give_state() {
  local name
  for name in $(names); do
    if [ ! -e "/soak/state/$name" ] && grep -q -- "--directory=$roots" "$units/container@$name.service"; then
      echo "precious $RANDOM" >"$roots/$name/root/state"
      cp "$roots/$name/root/state" "/soak/state/$name"
    fi
  done
}

# What there is of files when nothing is declared: all but the roots with what is kept in them, and what tells of the past. A container
# without a systemd has a new machine ID whenever it starts, and with that a directory for its journal. A systemd-nspawn that is killed
# leaves a lock that nobody holds.
places() {
  find / /run /dev/shm /run/lock /tmp /sys/fs/cgroup -xdev \( -path /proc -o -path /soak -o -path "$roots/c*/*" -o -path /var/log/journal \
    -o -path /run/log/journal -o -path "$records/.nftables" -o -path "$records/.control-groups" -o -path "$records/.pins" -o -path "$records/.root-writers" -o -path /run/systemd/journal/streams -o -path /run/systemd/journal/synced -o -path /run/udev -o -path /run/systemd/units -o -path /run/systemd/nspawn/locks \
    -o -path '/sys/fs/cgroup/*.service/*' \) -prune -o ! -path '/sys/fs/cgroup/*/*.*' ! -name 'systemd-machined.service' -print | sort -u
}

# How many files there are that have no name any more, or none yet: of the file systems of state and of /run.
nameless() {
  local place
  for place in / /run; do
    echo "$place $(($(df --output=iused $place | tail -n 1) - $(find $place -xdev -printf '%i\n' | sort -u | wc -l)))"
  done
}

# nothing WHAT: nothing is declared any more, and all is as it was before anything was.
nothing() {
  local tries
  echo 'version: 1' >$manifest
  running=() as_before=()
  try nixos-container apply
  # Where none has run, there was nothing to apply.
  try systemctl daemon-reload
  check "$1"
  for ((tries = 0; tries < 200; tries++)); do
    places >/soak/places.now
    nameless >/soak/nameless.now
    if [ ! -e /soak/places ]; then
      cp /soak/places.now /soak/places
      cp /soak/nameless.now /soak/nameless
    fi
    if cmp -s /soak/places /soak/places.now && cmp -s /soak/nameless /soak/nameless.now; then return; fi
    sleep 0.1
  done
  diff /soak/nameless /soak/nameless.now
  fail "$1: there are other files than before" /soak/places /soak/places.now
}

# Each container once, with a root that stays and with one that does not. From then on there is to be no more.
warm_up() {
  local i ephemeral
  for ephemeral in false true; do
    for ((i = 0; i < size; i++)); do
      echo "  c$i: { system: $systems-small, autoStart: true, ephemeral: $ephemeral }"
    done | cat <(printf 'version: 1\ncontainers:\n') - >$manifest
    try nixos-container apply
    nothing "each container has run once"
    rm /soak/places /soak/nameless
  done
  nothing "each container has run twice"
}

# What is done.

try() { "$@" >/soak/output 2>&1 || fail "$* has failed: $(cat /soak/output)"; }

refuse() { if "$@" >/soak/output 2>&1; then fail "$* has not failed"; fi; }

# switch CYCLE: to its manifest.
switch() {
  local i now=() broken=()
  write_manifest "$1"
  if chance 1 2 "reload first $1"; then try systemctl daemon-reload; fi
  as_before=()
  for ((i = 0; i < size; i++)); do
    if is_broken $i "$1"; then
      broken+=("c$i")
      if [ -n "${running[c$i]-}" ]; then
        now+=("c$i")
        as_before[c$i]=1
      fi
    elif is_declared $i "$1" && { is_automatic $i "$1" || [ -n "${running[c$i]-}" ]; }; then
      now+=("c$i")
    fi
  done
  if [ ${#broken[@]} = 0 ]; then try nixos-container apply; else refuse nixos-container apply; fi
  running=()
  for i in ${now[@]+"${now[@]}"}; do running[$i]=1; done
  give_state
  check "nixos-container apply"
  # Those with errors are all that is left to apply.
  nixos-container plan | sed 's/: fail .*//' >/soak/output
  if [ ${#broken[@]} = 0 ]; then broken=("All containers are as declared."); fi
  printf '%s\n' "${broken[@]}" | cmp - /soak/output || fail "there is something left to apply: $(cat /soak/output)"
}

# settle CYCLE: some that start by themselves do not run, and some do that do not; none does whose entry has errors.
settle() {
  local i
  for ((i = 0; i < size; i++)); do
    if ! is_declared $i "$1"; then continue; fi
    if is_broken $i "$1"; then
      stop "c$i" systemctl "container@c$i"
    elif is_automatic $i "$1"; then
      if chance 1 4 "settle $i $1"; then stop "c$i" systemctl "container@c$i"; else start "c$i" systemctl "container@c$i"; fi
    else
      if chance 1 4 "settle $i $1"; then start "c$i" nixos-container "c$i"; else stop "c$i" nixos-container "c$i"; fi
    fi
  done
  give_state
  check settled
}

# baseline: keeps what there is before anything is declared, once the host has ended what it does after its boot.
baseline() {
  local tries
  : >/soak/baseline
  for ((tries = 0; tries < 100; tries++)); do
    found | grep -v '^link nic' | sort >/soak/started
    if cmp -s /soak/started /soak/baseline; then return; fi
    mv /soak/started /soak/baseline
    sleep 2
  done
  fail "the host does not come to rest" /soak/baseline /soak/started
}

# leave CYCLE: as the next one finds it.
leave() {
  settle "$1"
  if (($1 % 4 == 0)); then nothing "nothing is declared"; fi
}

has_interface() { grep -q -- '--network-interface=nic' "$units/container@$1.service"; }

# start NAME COMMAND UNIT: systemd would wait for the interface of one that runs, and that is inside.
start() {
  if [ -n "${running[$1]-}" ] && has_interface "$1"; then return; fi
  try "$2" start "$3"
  running[$1]=1
}
stop() {
  try "$2" stop "$3"
  unset "running[$1]"
}

# act CYCLE NUMBER: something with one of the declared containers.
act() {
  local i name before tries
  draw $size "whom $1 $2"
  i=$drawn name=c$drawn
  if ! is_declared "$i" "$1"; then
    try systemctl daemon-reload
    check "systemctl daemon-reload"
    return
  fi
  if is_broken "$i" "$1"; then
    if [ -n "${running[$name]-}" ]; then
      stop "$name" systemctl "container@$name"
    else
      refuse systemctl start "container@$name"
      try systemctl reset-failed "container@$name"
    fi
    check "what can be done with $name, whose entry has errors"
    return
  fi
  draw 8 "what $1 $2"
  case $drawn in
    0 | 1) start "$name" systemctl "container@$name" ;;
    2) stop "$name" systemctl "container@$name" ;;
    3) start "$name" nixos-container "$name" ;;
    4) stop "$name" nixos-container "$name" ;;
    5)
      try systemctl restart "container@$name"
      running[$name]=1
      ;;
    6)
      try nixos-container restart "$name"
      running[$name]=1
      ;;
    7)
      # A link of two ends, which an interface is here, ends with a container that is killed.
      if [ -z "${running[$name]-}" ] || has_interface "$name"; then
        try systemctl try-restart "container@$name"
      elif ((i == size - 1)) && chance 1 2 "reload $1 $2"; then
        try systemctl reload "container@$name"
      else
        before=$(main_pid "$name")
        kill -KILL "$before"
        for ((tries = 0; tries < 100; tries++)); do
          if is_restarted "$name" "$before"; then break; fi
          sleep 0.1
        done
      fi
      ;;
  esac
  give_state
  check "action $drawn with $name"
}

# use: what is forwarded is reached, from the host and from localhost.
use() {
  local name port
  for name in $(names); do
    for port in $(section "$units/container@$name.service" X-Localhost | awk '!/^udp:/ { print $1 }'); do
      curl --silent --fail --max-time 5 --output /dev/null --output /dev/null --fail-early --retry 5 --retry-all-errors --retry-delay 1 "http://10.0.0.1:$port/" \
        "http://127.0.0.1:$port/" ||
        fail "port $port does not lead to $name"
    done
  done
}

inodes() { df --output=iused / /run | tail -n +2 | tr -s ' \n' ' '; }
memory() { awk '/^VmRSS/ { print $2 }' /proc/1/status; }

# Of these systemd makes the last two when it needs them, once.
mkdir -p /soak/state /soak/units /soak/now "$store-closure-small" /srv/c{0..9} /run/systemd/system/container@.service.d /run/systemd/{nspawn-uid,transient}
printf '[Unit]\nStartLimitIntervalSec=0\n' >/run/systemd/system/container@.service.d/soak.conf
echo "starting with $(memory) KiB in systemd, $(inodes)inodes used"
ip link add br0 type bridge
ip address add 10.0.0.1/32 dev br0
ip address add 10.2.0.1/24 dev br0
ip link set br0 up
ip link add mac0 type veth peer name other-mac0
for ((i = 0; i < size - 1; i++)); do ip link add nic$i type veth peer name other-nic$i; done
ip netns add soak
echo "$systems-small" >"$store-closure-small/store-paths"
systemctl daemon-reload
cycle=0
baseline
warm_up
first=1 last=$cycles
if [ -n "$only" ]; then
  first=$only last=$only cycle=$((only - 1))
  switch $cycle
  leave $cycle
fi
started=$SECONDS
for ((cycle = first; cycle <= last; cycle++)); do
  switch $cycle
  for action in 1 2 3; do act $cycle $action; done
  if ((cycle % 5 == 0)); then use; fi
  leave $cycle
  if ((cycle % 50 == 0)); then
    echo "cycle $cycle: $((SECONDS - started)) s, systemd has $(memory) KiB, $(inodes)inodes are used"
  fi
done

nothing "the end"
echo "in the end: systemd has $(memory) KiB, $(inodes)inodes are used"
echo "$((last - first + 1)) cycles with seed $seed in $((SECONDS - started)) s: what there was has been right $checks times"
