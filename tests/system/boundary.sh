# SPDX-License-Identifier: MIT
# What a container's root cannot do to the host, nor to other containers, by what the host does for it.
# shellcheck shell=bash disable=SC2154,SC2086,SC2016

# Two containers with a link each; what is behind the name is what the first has beside it.
_start_two() {
  declare_containers <<YAML
  one:
    system: "{system}-wasabi"
    privateNetwork: true
    hostAddress: 10.0.0.1
    localAddress: 10.0.0.2
    hostAddress6: "fc00::1"
    localAddress6: "fc00::2"
    ${1-}
  two:
    system: "{system}-wasabi"
    privateNetwork: true
    hostAddress: 10.0.0.1
    localAddress: 10.0.0.3
    hostAddress6: "fc00::1"
    localAddress6: "fc00::3"
    ${2-${1-}}
    extraVeths: { lan0: { hostAddress: 10.1.0.1, localAddress: 10.1.0.2 } }
YAML
  systemctl start container@one container@two
}

# In front of a command: as a user without any rights.
_anybody=(setpriv --reuid=nobody --regid=nogroup --clear-groups)

what_is_on_the_console_has_one_level() {
  _start_two
  # With a level in front, as journald would take it, in words of their own each.
  inside one sh -c 'for level in 0 3 7; do echo "<$level>said-$level" >/dev/console; done'
  local level
  for level in 0 3 7; do
    wait_until 10 has_logged one "said-$level"
    journalctl --boot --unit container@one --since "$test_start" --output=verbose --grep "said-$level" >/tmp/said
    grep -x ' *PRIORITY=6' /tmp/said
    grep -x " *MESSAGE=<$level>said-$level" /tmp/said
  done
}

nobody_else_reaches_what_containers_write_to_the_host() {
  local place own=/nix/var/nix/per-container profile=/nix/var/nix/profiles/tool
  # As somebody may have made them.
  mkdir -p $own /var/lib/nixos-containers
  chmod 0755 $own /var/lib/nixos-containers
  _start_two 'privateUsers: pick'
  inside one mkdir $profile
  inside one cp /bin/true $profile/tool
  inside one chmod 4755 $profile/tool
  inside one cp /bin/true /tool
  # It is the container's own, for its users too.
  inside one "${_anybody[@]}" $profile/tool
  for place in $own/one/profiles/tool/tool $own/one/gcroots /var/lib/nixos-containers/one/tool; do
    [ -e "$place" ]
    fails "${_anybody[@]}" stat "$place"
  done
  # Whoever can reach it can run it.
  chmod 0755 $own $own/one
  "${_anybody[@]}" $own/one/profiles/tool/tool
  rm -r $own/one/profiles/tool
}

# _with_nix COMMAND…: with a store of its own for Nix, which removes all that it does not know. What that has is below /var/store.
_with_nix() {
  LD_LIBRARY_PATH=/usr/lib/nix-of-tests NIX_CONFIG='build-users-group =' PATH=/usr/lib/nix-of-tests:$PATH \
    unshare --mount sh -ec 'mount --bind /var/store /nix/store; exec "$@"' - "$@"
}

# Fails if there is no Nix here.
_install_nix_store() {
  [ -e /usr/lib/nix-of-tests ] || { echo 'skipped: there is no Nix on this machine'; return 1; }
  mkdir -p /var/store
}

# Prints a new path of the store, which the host has too: a file with the text $1.
_add_to_store() {
  local path
  echo "$1" >"/tmp/nix-test-$1"
  path=$(_with_nix nix-store --add "/tmp/nix-test-$1")
  cp "/var/store/${path##*/}" "$path"
  echo "$path"
}

_roots=/nix/var/nix/gcroots/containers
_is_root() { [ "$(readlink "$_roots/$1/${2##*/}")" = "$2" ]; }
_is_no_root() { ! _is_root "$@"; }
_is_kept() { [ -e "/var/store/${1##*/}" ]; }

_remove_what_nix_has() {
  rm -rf /var/store /nix/var/nix/{db,profiles,gcroots,temproots,gc.lock,userpool}/* /nix/store/*-nix-test-* /srv/marker
}

nix_of_the_host_keeps_what_containers_install_and_goes_nowhere_that_they_write() {
  local kept rooted old garbage late name
  _install_nix_store || return 0
  _start_two 'privateUsers: pick' ' '
  kept=$(_add_to_store kept) rooted=$(_add_to_store rooted) old=$(_add_to_store old) garbage=$(_add_to_store garbage) late=$(_add_to_store late)
  for name in one two; do
    # A profile with a generation that is not used any more, whose lock is one of the host's files.
    inside $name sh -ec "cd /nix/var/nix/profiles; mkdir -p per-user/root; cd per-user/root; ln -s $kept tool-2-link; ln -s $old tool-1-link
      ln -s tool-2-link tool; ln -s /srv/marker tool.lock; ln -s $rooted /nix/var/nix/gcroots/rooted
      ln -s /srv/marker /nix/var/nix/gcroots/marker; ln -s /srv /nix/var/nix/gcroots/srv; ln -s .. /nix/var/nix/profiles/up"
    wait_until 10 _is_root $name "$kept"
    wait_until 10 _is_root $name "$rooted"
    wait_until 10 _is_root $name "$old"
  done
  _with_nix nix-collect-garbage -d
  for name in kept rooted old; do _is_kept "${!name}"; done
  fails _is_kept "$garbage"
  [ ! -e /srv/marker ]
  for name in one two; do
    inside $name sh -ec "cd /nix/var/nix/profiles/per-user/root; [ -h tool-1-link ] && [ -h tool.lock ]"
    [ "$(find $_roots/$name -name "*-nix-test-*" | wc -l)" = 3 ]
  done
  # What is removed is kept no longer than the other one has it.
  inside one rm /nix/var/nix/profiles/per-user/root/tool-1-link /nix/var/nix/gcroots/rooted
  wait_until 10 _is_no_root one "$old"
  wait_until 10 _is_no_root one "$rooted"
  _with_nix nix-store --gc
  _is_kept "$rooted"
  inside two rm /nix/var/nix/gcroots/rooted
  wait_until 10 _is_no_root two "$rooted"
  _with_nix nix-store --gc
  fails _is_kept "$rooted"
  # What is installed at the last moment is kept while the container does not run.
  late=$(_add_to_store late)
  systemctl kill --signal=STOP container-nix-roots
  inside one ln -s "$late" /nix/var/nix/gcroots/late
  systemctl stop container@one
  systemctl kill --signal=CONT container-nix-roots
  _is_root one "$late"
  _with_nix nix-store --gc
  _is_kept "$late"
  _is_kept "$kept"
  # Where Nix would find it, as with earlier versions, the host's file is made.
  mkdir -p /nix/var/nix/profiles/per-container
  cp -a /nix/var/nix/per-container/one/profiles /nix/var/nix/profiles/per-container/one
  _with_nix nix-collect-garbage -d
  [ -e /srv/marker ]
  _remove_what_nix_has
}

# Prints a new system in the store, which the host has too.
_add_system_to_store() {
  local path
  mkdir -p "/tmp/nix-test-$1/bin"
  printf '#!/bin/sh\n: %s\n' "$1" >"/tmp/nix-test-$1/init"
  chmod +x "/tmp/nix-test-$1/init"
  path=$(_with_nix nix-store --add "/tmp/nix-test-$1")
  cp -r "/var/store/${path##*/}" "$path"
  echo "$path"
}

nix_of_the_host_keeps_the_generations_of_a_container() {
  local paths=() i
  _install_nix_store || return 0
  declare_containers <<'YAML'
  one: { system: /nix/var/nix/profiles/system }
YAML
  for i in 1 2 3 4 5; do paths+=("$(_add_system_to_store "generation-$i")"); done
  for i in 0 1 2 3; do nixos-container update one --system-path "${paths[i]}" --keep 2; done
  _with_nix nix-store --gc
  for i in 2 3; do _is_kept "${paths[i]}"; done
  for i in 0 1 4; do fails _is_kept "${paths[i]}"; done
  # Only Nix's own way of deleting old generations deletes more, and never the current one.
  nixos-container rollback one
  _with_nix nix-collect-garbage -d
  _is_kept "${paths[2]}"
  fails _is_kept "${paths[3]}"
  nixos-container generations one | grep -c '(current)'
  _remove_what_nix_has
}

# A path that nothing needs; and who has it kept.
_add_path() {
  mkdir -p "$store-$1"
  echo "$store-$1"
}

what_containers_had_where_nix_looks_is_moved_once() {
  local profiles=/nix/var/nix/profiles/per-container gcroots=/nix/var/nix/gcroots/per-container own=/nix/var/nix/per-container
  local tool system
  tool=$(_add_path tool) system=$systems-wasabi
  # As an earlier version has had it, with what the host has made: the system, and what was planted beside it.
  mkdir -p $profiles/one/per-user/root $gcroots/one/auto
  ln -s "$tool" $profiles/one/tool-1-link
  ln -s tool-1-link $profiles/one/tool
  ln -s "$system" $profiles/one/system-7-link
  ln -s system-7-link $profiles/one/system
  ln -s /srv/marker $profiles/one/system.lock
  ln -s "$system" $profiles/one/system-7-link.lock
  ln -s "$tool/bin" $gcroots/one/auto/result
  touch $gcroots/one/file
  mkdir -p $profiles/gone $gcroots/gone
  ln -s /srv/marker $profiles/gone/x.lock
  chown 1000:1000 $profiles/one
  chmod 0777 $profiles/one
  _start_two 'privateUsers: pick'
  inside one sh -ec "cd /nix/var/nix/profiles; [ \$(readlink tool) = tool-1-link ]; [ \$(readlink tool-1-link) = $tool ]
    [ \$(readlink system) = system-7-link ]; [ \$(readlink system-7-link) = $system ]; [ -h system.lock ]; [ -d per-user/root ]
    [ -e ../gcroots/file ]; [ \$(readlink ../gcroots/auto/result) = $tool/bin ]; touch new ../gcroots/new"
  [ "$(find $profiles/one -mindepth 1 -printf '%f:%l\n' | sort)" = "system-7-link:$system"$'\n''system:system-7-link' ]
  [ "$(stat -c %U:%a $profiles/one)" = root:755 ]
  [ ! -e $gcroots/one ]
  # That of one which there is no more, too.
  wait_until 10 [ ! -e $gcroots/gone ]
  [ -h $own/gone/profiles/x.lock ]
  [ ! -h $profiles/gone/x.lock ]
  [ "$(find $_roots/one -mindepth 1 -printf '%l\n' | sort)" = "$system"$'\n'"$tool" ]
  # An earlier version may have run it again meanwhile: what is there by the same name is kept.
  systemctl stop container@one
  mkdir -p $gcroots/one
  ln -s /nowhere $profiles/one/tool
  echo newer >$gcroots/one/file
  systemctl start container@one
  inside one sh -ec 'cd /nix/var/nix/profiles; [ $(readlink tool) = /nowhere ]; [ $(readlink tool.1) = tool-1-link ]
    [ "$(cat ../gcroots/file)" = newer ]; [ -e ../gcroots/file.1 ]'
  [ ! -e $gcroots/one ]
  # One that is no longer declared starts again by the unit that an earlier version has written.
  local before
  sed -i '/^  one:/,/^  two:/ { /^  two:/!d }' "$manifest"
  sed -i "s|=$own/one/\([a-z]*\):|=/nix/var/nix/\1/per-container/one:|" $records/one/unit
  grep -q "bind=$profiles/one:" $records/one/unit
  systemctl daemon-reload
  grep -q "bind=$profiles/one:" /run/systemd/generator/container@one.service
  before=$(main_pid one)
  inside one reboot || true
  wait_until 20 is_restarted one "$before"
  inside one touch /nix/var/nix/profiles/newest
  [ -e $own/one/profiles/newest ]
  [ ! -e $profiles/one/newest ]
  rm -r $own $profiles $_roots "$tool"
}

_is_system_inside() { [ "$(inside one readlink /nix/var/nix/profiles/system)" = "$1" ]; }

the_host_s_profile_is_the_container_s_until_that_has_another() {
  local profiles=/nix/var/nix/profiles/per-container/one
  mkdir -p $profiles
  ln -s $systems-wasabi $profiles/system-1-link
  ln -s system-1-link $profiles/system
  declare_containers <<YAML
  one:
    system: /nix/var/nix/profiles/system
YAML
  systemctl start container@one
  _is_system_inside $systems-wasabi
  # As Nix makes a new generation.
  ln -s $systems-old $profiles/system-2-link
  ln -s system-2-link $profiles/system.new
  mv -T $profiles/system.new $profiles/system
  systemctl reload container@one
  inside one grep -q "^test $systems-old/bin/switch-to-configuration" /etc/switched
  _is_system_inside $systems-old
  # One that the container has chosen itself.
  inside one ln -sfn $systems-wasabi /nix/var/nix/profiles/system
  systemctl restart container@one
  _is_system_inside $systems-wasabi
  # It does not decide what is started.
  [ "$(cat $records/one/system)" = $systems-old ]
  tr '\0' ' ' </proc/"$(main_pid one)"/cmdline | grep -F " $systems-old/init"
  # What is no link into the store the host leads nobody to.
  ln -sfn /etc $profiles/system
  systemctl restart container@one
  _is_system_inside $systems-wasabi
  # The host's again, and once it is nobody's.
  ln -sfn $systems-old $profiles/system
  systemctl restart container@one
  _is_system_inside $systems-old
  inside one rm /nix/var/nix/profiles/system
  systemctl restart container@one
  _is_system_inside $systems-old
  rm -r $profiles
}

more_than_can_be_looked_through_is_said_and_keeps_what_was_kept() {
  local tool other
  tool=$(_add_path tool) other=$(_add_path other)
  _start_two
  inside one ln -s "$tool" /nix/var/nix/gcroots/tool
  wait_until 10 _is_root one "$tool"
  inside one sh -ec 'cd /nix/var/nix/gcroots; for i in $(seq 300); do mkdir d$i; done; rm tool'
  wait_until 10 _has_logged_of_host 'one has more than 256 directories'
  _is_root one "$tool"
  # The others are looked at all the same.
  inside two ln -s "$other" /nix/var/nix/gcroots/other
  wait_until 10 _is_root two "$other"
  systemctl stop container@one
  has_logged one 'one has more than 256 directories'
  _is_root one "$tool"
  systemctl start container@one
  inside one sh -ec 'rm -r /nix/var/nix/gcroots/d*'
  # It would be a minute.
  systemctl restart container-nix-roots
  wait_until 10 _is_no_root one "$tool"
  # Its watcher has one for each of its directories.
  inside one sh -ec 'cd /nix/var/nix/gcroots; mkdir -p a/b/c; ln -s "$0" a/b/c/other' "$other"
  wait_until 10 _is_root one "$other"
  rm -r "$tool" "$other"
}
_has_logged_of_host() { journalctl --boot --unit container-nix-roots --since "$test_start" --grep "$1"; }

# _advertise NAME LINK [ADDRESS]: a router advertisement with a prefix from the container, three times; to all nodes, or to that address.
_advertise() {
  inside "$1" perl -e '
    use Socket qw(:all);
    socket(my $s, AF_INET6, SOCK_RAW, 58) or die "socket: $!";
    setsockopt($s, 41, $_, pack("i", 255)) or die "hops: $!" for 16, 18;
    my $index = do { open my $f, "<", "/sys/class/net/$ARGV[0]/ifindex" or die "link: $!"; <$f> };
    my $prefix = pack("CCCCNNN", 3, 4, 64, 0xc0, 3600, 3600, 0) . inet_pton(AF_INET6, "2001:db8:bad::");
    my $ra = pack("CCnCCnNN", 134, 0, 0, 64, 0, 1800, 0, 0) . $prefix;
    for (1 .. 3) {
      send($s, $ra, 0, pack_sockaddr_in6(0, inet_pton(AF_INET6, $ARGV[1]), $index + 0)) or die "send: $!";
      select(undef, undef, undef, 0.1);
    }' "$2" "${3-ff02::1}"
}
# An address that the kernel still looks for in the neighbourhood cannot be sent from.
_has_link_local() { inside "$1" ip -6 -o address show dev "$2" scope link -tentative | grep fe80; }
_is_led_astray() { { ip -6 route show default; ip -6 address; } | grep -e '^default' -e 2001:db8:bad; }

a_container_does_not_configure_the_host() {
  local link key
  # For new links, as NixOS has it for hosts that forward.
  sysctl -qw net.ipv6.conf.default.accept_ra=2
  _start_two
  for link in eth0 lan0; do
    wait_until 10 _has_link_local two $link
    _advertise two $link
  done
  sleep 1
  fails _is_led_astray
  # What applies such settings to all links anew does not undo it.
  printf 'net.ipv6.conf.*.accept_ra = 2\nnet.ipv4.conf.*.rp_filter = 0\n' >/etc/sysctl.d/99-all.conf
  /usr/lib/systemd/systemd-sysctl
  for link in ve-two lan0; do
    for key in ipv6/conf/$link/accept_ra=0 ipv6/conf/$link/accept_redirects=0 ipv4/conf/$link/rp_filter=1 \
      ipv4/conf/$link/accept_source_route=0 ipv4/conf/$link/proxy_arp=0; do
      [ "$(cat "/proc/sys/net/${key%=*}")" = "${key#*=}" ]
    done
  done
  # But for one that is named.
  echo 'net.ipv6.conf.lan0.accept_ra = 2' >>/etc/sysctl.d/99-all.conf
  /usr/lib/systemd/systemd-sysctl
  _advertise two lan0
  wait_until 10 _is_led_astray
  rm /etc/sysctl.d/99-all.conf
  sysctl -qw net.ipv6.conf.default.accept_ra=1
  systemctl stop container@one container@two
  [ ! -e /run/sysctl.d ]
}

# send FROM TO TEXT COMMAND…: sends it from port 7000 to port 7000, by what stands behind COMMAND.
_send() { "${@:4}" sh -c "echo $3 | socat -u - 'UDP:$2:7000,bind=$1:7000,reuseaddr'"; }

# One speaks with the other machine, and two, as it had the same address.
_what_has_another_s_address_passes() {
  local pair own other listening
  for pair in 10.0.0.2=172.16.0.2 '[fc00::2]=[fd16::2]'; do
    own=${pair%=*} other=${pair#*=}
    _send "$own" "$other" own inside one
    _send "$other" "$own" answer from_other
  done
  from_other timeout 12 socat -u UDP6-RECV:7000,ipv6only=0,reuseaddr OPEN:/tmp/heard,creat,trunc &
  listening=$!
  sleep 0.5
  inside two ip address add 10.0.0.2/32 dev eth0
  inside two ip address add fc00::2/128 dev eth0 nodad
  for pair in 10.0.0.2=172.16.0.2 '[fc00::2]=[fd16::2]'; do
    _send "${pair%=*}" "${pair#*=}" own inside one
    _send "${pair%=*}" "${pair#*=}" stolen inside two
  done
  inside two ip address del 10.0.0.2/32 dev eth0
  inside two ip address del fc00::2/128 dev eth0
  wait $listening || true
  grep stolen /tmp/heard
}

a_container_has_no_addresses_but_its_own() {
  plug_in_another_machine
  ip -n other route add 10.0.0.0/24 via 172.16.0.1
  ip -n other route add fc00::/64 via fd16::1
  # One may speak with that machine, two may not.
  _start_two 'internetAccess: true' 'internetAccess: false'
  nft delete rule inet nixos-containers postrouting handle "$(nft -a list chain inet nixos-containers postrouting | awk '/nfproto ipv4 masquerade/ { print $NF }')"
  nft delete rule inet nixos-containers postrouting handle "$(nft -a list chain inet nixos-containers postrouting | awk '/fc00::\/7 masquerade/ { print $NF }')"
  fails _what_has_another_s_address_passes
  [ "$(grep -c own /tmp/heard)" = 2 ]
  # Without what keeps it, it passes.
  nft flush chain inet nixos-containers untrusted
  tc qdisc delete dev ve-two clsact
  sysctl -qw net.ipv4.conf.ve-two.rp_filter=0
  _what_has_another_s_address_passes
  [ "$(grep -c stolen /tmp/heard)" = 2 ]
  unplug_other_machine
}

who_may_reach_other_machines_reaches_no_link_of_another_container() {
  sysctl -qw net.ipv4.ip_forward=1
  _start_two 'internetAccess: true' ''
  page 10.1.0.2
  fails inside one curl --silent --max-time 2 http://10.1.0.2/
  sysctl -qw net.ipv4.ip_forward=0
}

# Has the system that is declared next take longer than it may, which is in the container alone.
_activate_slowly() {
  inside web sh -c 'printf "#!/bin/sh\necho begun; sleep 100\n" >/etc/switch; chmod +x /etc/switch'
  inside web mount --bind /etc/switch "$systems-old/bin/switch-to-configuration"
  sed -i 's/system-wasabi/system-old/' "$manifest"
}
# Its systemd does nothing any more.
_hold() { kill -STOP "$(machinectl show -P Leader "$1")"; }
_let_go() { kill -CONT "$(machinectl show -P Leader "$1")"; }
_is_activating() { inside web systemctl --quiet is-active nixos-container-switch; }

an_activation_has_a_limit_and_what_runs_inside_is_told() {
  declare_containers <<'YAML'
  web: { system: "{system}-wasabi", timeoutReloadSec: 3s }
  other: { system: "{system}-wasabi" }
YAML
  systemctl start container@web container@other
  _activate_slowly
  fails nixos-container apply >/tmp/applied
  grep '^web: failed to reload: ' /tmp/applied
  grep '^other: reloaded' /tmp/applied
  fails _is_activating
  [ "$(state web)" = active ]
  # The next switch tries again.
  planned | grep '^web: reload'
}

a_container_that_never_answers_holds_no_switch() {
  declare_containers <<'YAML'
  web: { system: "{system}-wasabi", timeoutReloadSec: 2s }
  other: { system: "{system}-wasabi" }
YAML
  systemctl start container@web container@other
  sed -i 's/system-wasabi/system-old/' "$manifest"
  _hold web
  fails nixos-container apply >/tmp/applied
  _let_go web
  grep '^web: failed to reload: ' /tmp/applied
  grep '^other: reloaded' /tmp/applied
}

nothing_of_the_administrator_s_is_handed_inside() {
  declare_containers <<'YAML'
  web: { system: "{system}-wasabi", privateUsers: pick }
YAML
  systemctl start container@web
  local files='for fd in 0 1 2; do readlink /proc/self/fd/$fd >&2; done' whole
  echo before >/tmp/log
  nixos-container run web -- sh -c "$files" </etc/hostname >>/tmp/log 2>/tmp/files
  [ "$(grep -c '^pipe:' /tmp/files)" = 3 ]
  # shellcheck disable=SC2024
  nixos-container run web -- sh -c 'echo behind; : >/proc/self/fd/1' >>/tmp/log
  [ "$(cat /tmp/log)" = "$(printf 'before\nbehind')" ]
  script --quiet --return --command "nixos-container run web -- sh -c '$files' 2>&1 | cat" /dev/null </dev/null >/tmp/files
  [ "$(tr -d '\r' </tmp/files | grep -c '^pipe:')" = 3 ]
  # No byte is lost on the way, in either direction, nor an end.
  head -c 20000000 /dev/urandom >/tmp/whole
  whole=$(sha256sum </tmp/whole)
  [ "$(nixos-container run web -- cat </tmp/whole | sha256sum)" = "$whole" ]
  [ "$(nixos-container run web -- sha256sum </tmp/whole)" = "$whole" ]
  [ "$(nixos-container run web -- sh -c 'exec <&-; sleep 1; echo on' </tmp/whole)" = on ]
  # Who takes no more ends who writes.
  exits_with 141 bash -c 'set -o pipefail; nixos-container run web -- yes | head -n 1 >/dev/null; exit ${PIPESTATUS[0]}'
  rm /tmp/whole
}

# What is done in a container that does not answer ends by a signal and a while, or by two.
who_waits_for_a_container_that_does_not_answer_can_end_that() {
  declare_containers <<'YAML'
  web: { system: "{system}-wasabi" }
YAML
  systemctl start container@web
  local waiting
  nixos-container run web -- sleep 300 2>/tmp/said &
  waiting=$!
  wait_until 20 inside web pgrep -x sleep
  _hold web
  kill "$waiting"
  exits_with 143 wait "$waiting"
  grep 'running in web' /tmp/said
  nixos-container run web -- sleep 300 2>/tmp/said &
  waiting=$!
  # It has not come that far that it would handle a signal.
  sleep 2
  kill "$waiting"
  exits_with 143 wait "$waiting"
  _let_go web
  # One that answers, but has no effect on what runs.
  nixos-container run web -- sh -c 'trap "" TERM; touch /ready; sleep 300' 2>/tmp/said &
  waiting=$!
  wait_until 20 test -e /var/lib/nixos-containers/web/ready
  kill "$waiting"
  sleep 1
  kill "$waiting"
  exits_with 143 wait "$waiting"
  grep 'Interrupted again' /tmp/said
}

what_stands_in_the_place_of_a_directory_leads_no_start_to_the_host() {
  local place root=/var/lib/nixos-containers/one
  _start_two 'privateUsers: pick'
  mkdir /srv/host
  for place in dev proc sys run tmp usr etc root var var/lib var/log nix nix/var; do
    systemctl stop container@one
    mv -T $root/$place $root/$place.before
    ln -s /srv/host $root/$place
    fails systemctl start container@one
    log_of one | grep -F "mv -T $root/$place $root/$place.away"
    # It is tried again by itself.
    systemctl stop container@one
    # As it is told there.
    mv -T $root/$place $root/$place.away
    mv -T $root/$place.before $root/$place
    [ "$(readlink $root/$place.away)" = /srv/host ]
    rm $root/$place.away
    # Nor a file, which is left as it is.
    mv -T $root/$place $root/$place.before
    echo precious >$root/$place
    fails systemctl start container@one
    systemctl stop container@one
    [ "$(cat $root/$place)" = precious ]
    rm $root/$place
    mv -T $root/$place.before $root/$place
  done
  [ "$(find /srv/host)" = /srv/host ]
  systemctl start container@one
  rmdir /srv/host
}

a_machine_id_takes_the_place_of_no_other_container_s_journal() {
  local id link roots=/var/lib/nixos-containers
  mkdir -p /var/log/journal
  _start_two
  id=$(cat $roots/one/etc/machine-id)
  link=/var/log/journal/$id
  [ "$(readlink "$link")" = "$roots/one$link" ]
  inside two sh -c "rm -f /etc/machine-id; echo $id >/etc/machine-id"
  systemctl restart container@two
  [ "$(readlink "$link")" = "$roots/one$link" ]
  log_of two | grep 'Container two: .*machine ID'
  # It has a journal all the same. What is left of one that is gone is nobody's.
  inside two journalctl -n 1 --quiet
  systemctl stop container@one
  mv $roots/one $roots/gone
  systemctl restart container@two
  [ "$(readlink "$link")" = "$roots/two$link" ]
  rm -r /var/log/journal $roots/gone
}

# Those to systemd-socket-proxyd, which forwards where BPF cannot be used.
connections_that_say_nothing_keep_no_other_from_localhost() {
  umount /sys/fs/bpf
  _start_two 'forwardPorts: [{ hostPort: 8080, containerPort: 80 }]' ''
  page http://127.0.0.1:8080/
  perl -MSocket -e '
    for (1 .. 400) {
      socket(my $s, PF_INET, SOCK_STREAM, 0) or die "socket: $!";
      connect($s, sockaddr_in(8080, inet_aton("127.0.0.1"))) or die "connect: $!";
      push @idle, $s;
    }
    $| = 1;
    print "idle\n";
    sleep 60' >/tmp/idle &
  local idle=$!
  wait_until 20 grep -x idle /tmp/idle
  page http://127.0.0.1:8080/
  kill $idle
  mount -t bpf -o mode=700 bpf /sys/fs/bpf
}

a_root_directory_that_somebody_has_locked_stays_locked() {
  local lock='/var/lib/nixos-containers/.#one.lck' holder
  _start_two
  systemctl stop container@one
  [ ! -e "$lock" ]
  flock --fcntl "$lock" sleep 100 &
  holder=$!
  wait_until 10 test -e "$lock"
  fails systemctl start container@one
  [ -e "$lock" ]
  pkill -P $holder
  wait $holder || true
  systemctl start container@one
}

# The tool that is at a path does nothing, and says that it has failed.
_break_tool() { mount --bind /usr/bin/false "$1"; }
_mend_tool() { umount "$1"; }
_elements() { nft list map inet nixos-containers forwards4 2>/dev/null | grep -o '[a-z0-9]* \. 808[0-9] : [0-9.]*'; }

what_an_end_could_not_remove_stays_in_the_record_and_is_tried_again() {
  _start_two 'forwardPorts: [{ hostPort: 8080, containerPort: 80 }]' ''
  _break_tool /usr/sbin/nft
  systemctl stop container@one
  _mend_tool /usr/sbin/nft
  log_of one | grep '^Container one .*stale'
  _elements | grep '8080 : 10.0.0.2'
  # What was removed is not in it any more.
  [ -e "$records"/one/ending ]
  [ ! -e "$records"/one/network ]
  fails ip link show ve-one
  # Nobody puts back what is to go.
  nft flush ruleset
  systemctl restart nftables.service
  fails _elements
  nft flush ruleset
  nft -f "$records"/one/nft-ending
  # A switch removes it,
  declare_containers <<'YAML'
  two: { system: "{system}-wasabi", privateNetwork: true, hostAddress: 10.0.0.1, localAddress: 10.0.0.3 }
YAML
  nixos-container apply
  fails _elements
  [ ! -e "$records"/one ]
  # and so does the next start, be it of another container that is to have it.
  _start_two 'forwardPorts: [{ hostPort: 8080, containerPort: 80 }]' ''
  _break_tool /usr/sbin/nft
  systemctl stop container@one
  _mend_tool /usr/sbin/nft
  systemctl stop container@two
  _start_two '' 'forwardPorts: [{ hostPort: 8080, containerPort: 80 }]'
  _elements | grep '8080 : 10.0.0.3'
  page 10.0.0.1:8080
}

what_is_left_without_a_record_keeps_nobody_from_starting() {
  local mac
  _start_two 'forwardPorts: [{ hostPort: 8080, containerPort: 80 }]' 'forwardPorts: [{ hostPort: 8081, containerPort: 80 }]'
  mac=$(cat /sys/class/net/ve-one/address)
  systemctl stop container@one
  nft add element inet nixos-containers forwards4 '{ tcp . 8080 : 10.9.9.9 . 80 }'
  ip link add ve-one address "$mac" type veth peer name vb-one
  systemctl start container@one
  _elements | grep '8080 : 10.0.0.2'
  page 10.0.0.1:8080
  systemctl stop container@one
  # A link that is somebody else's is left alone.
  ip link add ve-one type veth peer name vb-one
  fails systemctl start container@one
  ip link show ve-one
  ip link delete ve-one
}

_forwards_and_restricts() { page 10.0.0.1:8080 && nft list set inet nixos-containers restricted | grep ve-one; }

_is_said_of_two() {
  journalctl --sync
  journalctl --boot --output=cat --unit container-rules --since "$test_start" | grep '^Container two: '
}

rules_that_somebody_flushes_come_back() {
  _start_two 'forwardPorts: [{ hostPort: 8080, containerPort: 80 }]
    internetAccess: false' 'forwardPorts: [{ hostPort: 8081, containerPort: 80 }]'
  _forwards_and_restricts
  nft flush ruleset
  wait_until 10 _forwards_and_restricts
  page 10.0.0.1:8081
  # One whose record cannot be used harms no other.
  echo 'add element inet nixos-containers nonsense' >>"$records/two/nft"
  nft flush ruleset
  wait_until 10 _forwards_and_restricts
  wait_until 10 _is_said_of_two
  sed -i '$d' "$records/two/nft"
  # Nor does it wait for a host that always changes some.
  timeout 60 sh -c 'while nft add table ip busy; do nft delete table ip busy; done' &
  nft flush ruleset
  wait_until 10 _forwards_and_restricts
  kill $!
  # Without containers that have any, nobody looks.
  systemctl stop container@one container@two
  wait_until 10 is inactive container-rules.service
}

_is_at() { [ "$(systemctl show -P SubState "container@$2")" = "$1" ]; }
_runs_nspawn() { pgrep -f -- "systemd-nspawn .*--machine=$1 " >/dev/null; }

a_machined_that_hangs_holds_no_start_of_another_container() {
  declare_containers <<'YAML'
  one: { system: "{system}-wasabi" }
  two: { system: "{system}-wasabi" }
  three: { system: "{system}-wasabi" }
YAML
  systemctl start container@one container@two
  local machined applying
  machined=$(systemctl show -P MainPID systemd-machined)
  # shellcheck disable=SC2064
  trap "kill -CONT $machined" EXIT
  kill -STOP "$machined"
  # It stays registered, and its end waits for that to be undone.
  kill -KILL "$(main_pid one)"
  wait_until 10 _is_at stop-post one
  # So does what adds a bind mount.
  sed -i '/ two:/s/ }/, bindMounts: { "\/srv": {} } }/' "$manifest"
  nixos-container apply >/tmp/applied &
  applying=$!
  wait_until 10 test -e "$records"/two/unfinished
  # The start of another one does not, until systemd-nspawn itself has it registered.
  systemctl start --no-block container@three
  wait_until 10 _runs_nspawn three
  _is_at stop-post one
  [ -e "$records"/two/unfinished ]
  kill -CONT "$machined"
  wait $applying
  grep '^two: updated' /tmp/applied
  inside two mountpoint /srv
  [ ! -e "$records"/two/unfinished ]
  wait_until 20 is active container@one
  wait_until 20 is active container@three
}

# hold_at FUNCTION COMMAND…: what stands in front of COMMAND for it to stop at its first call of FUNCTION.
_hold_at() { echo "/usr/bin/env LD_PRELOAD=/tests/fault.so FAULT_AT=1 FAULT_OF=$1 FAULT_STOP=1"; }
_is_held() { grep -q '^State:.T' "/proc/$1/status"; }
_end_is_held() { _is_held "$(systemctl show -P ControlPID "container@$1")"; }

the_removal_of_an_ephemeral_root_holds_no_start_of_another_container() {
  declare_containers <<'YAML'
  brief: { system: "{system}-wasabi", ephemeral: true }
  two: { system: "{system}-wasabi" }
YAML
  local unit=/run/systemd/system/container@brief.service.d
  mkdir -p $unit
  printf '[Service]\nExecStopPost=\nExecStopPost=%s %s remove brief\n' "$(_hold_at umount2)" \
    "$(systemctl cat container@brief | sed -n 's/^ExecStopPost=:\([^ ]*\) .*/\1/p')" >$unit/hold.conf
  systemctl daemon-reload
  systemctl start container@brief
  systemctl stop --no-block container@brief
  wait_until 20 _end_is_held brief
  mountpoint /run/nixos-containers/brief
  systemctl start container@two
  _end_is_held brief
  mountpoint /run/nixos-containers/brief
  kill -CONT "$(systemctl show -P ControlPID container@brief)"
  wait_until 20 is_inactive brief
  [ ! -e /run/nixos-containers/brief ]
  rm -r $unit
}

what_cannot_be_written_is_said_and_harms_no_other_container() {
  declare_containers <<'YAML'
  one: { system: "{system}-wasabi" }
  kept: { system: "{system}-wasabi" }
  brief: { system: "{system}-wasabi", ephemeral: true }
YAML
  local root=/var/lib/nixos-containers/kept
  mkdir -p $root
  # A file system that is full,
  mount -t tmpfs -o size=64k,nr_inodes=8 tmpfs $root
  head -c 100000 /dev/zero >$root/full 2>/dev/null || true
  touch $root/{1,2,3,4,5,6,7,8} 2>/dev/null || true
  fails systemctl start container@kept
  log_of kept | grep 'No space left on device'
  systemctl start container@one
  umount $root
  # or that all needs that runs.
  trap 'rm -f /run/full; mount -o remount,size=50% /run' EXIT
  mount -o "remount,size=$(($(df --output=used -k /run | tail -n 1) + 256))k" /run
  head -c 1000000 /dev/zero >/run/full 2>/dev/null || true
  fails systemctl start container@brief
  log_of brief | grep 'No space left on device'
  systemctl stop container@one
  [ ! -e "$records"/one ]
  rm /run/full
  mount -o remount,size=50% /run
  systemctl reset-failed container@kept
  systemctl start container@kept
}

what_floods_the_journal_keeps_no_line_of_another_out() {
  _start_two 'privateUsers: pick' ''
  # Three times what journald takes of one in half a minute.
  inside one sh -c 'yes flood | head -n 30000 >/dev/console' &
  local flooding=$! line
  wait_until 10 has_logged one flood
  for line in 1 2 3; do
    logger --tag host "line-of-the-host-$line"
    inside two sh -c "echo line-of-two-$line >/dev/console"
  done
  wait $flooding
  for line in 1 2 3; do
    journalctl --sync
    journalctl --boot --since "$test_start" --identifier host --output cat | grep -x "line-of-the-host-$line"
    wait_until 10 has_logged two "line-of-two-$line"
  done
}

# What a container writes below /srv/data, another gets by paths that lead through it; what is in /srv/host is the host's alone.
_start_writer_and_reader() {
  rm -rf /srv/data /srv/host
  mkdir -p /srv/data /srv/host/x
  echo of-the-host | tee /srv/host/secret /srv/host/x/secret
  declare_containers <<YAML
  one: { system: "{system}-wasabi", bindMounts: { /data: { hostPath: /srv/data, isReadOnly: false } }, $1 }
  two:
    system: "{system}-wasabi"
    bindMounts: { /given: { hostPath: /srv/data/b/x, hostPathMode: "0750", hostPathUser: "1234" } }
    credentials: { key: { path: /srv/data/key } }
    $2
YAML
  systemctl start container@one
  inside one sh -c 'echo of-one >/data/key'
}

# lead_astray PATH TARGET
_lead_astray() { inside one sh -c "rm -rf /data/$1; ln -s $2 /data/$1"; }

# It is tried again by itself.
_is_refused_for() {
  fails systemctl start container@two
  systemctl stop container@two
  # So many starts in a short time would be too many.
  systemctl reset-failed container@two 2>/dev/null || true
  log_of two | grep -F "$1"
}

_no_link_leads_a_path_astray() {
  _start_writer_and_reader "$1" "$2"
  # Without links all is as it was, and what is missing is made once.
  systemctl start container@two
  [ "$(stat -c '%a %u:%g' /srv/data/b /srv/data/b/x)" = "755 0:0
750 1234:0" ]
  inside one touch /data/b/x/seen
  inside two test -e /given/seen
  [ "$(inside two systemd-creds --system cat key)" = of-one ]
  # The host mounts nothing for that.
  fails grep /.pins /proc/self/mounts
  systemctl stop container@two
  _lead_astray b /srv/host
  _is_refused_for '/srv/data/b is a symbolic link, which is not followed because container one can write there'
  _lead_astray b data
  inside one mkdir -p /data/data/x
  _is_refused_for '/srv/data/b is a symbolic link'
  inside one rm /data/b
  inside one mkdir /data/b
  inside one ln -s /srv/host/x /data/b/x
  _is_refused_for '/srv/data/b/x is a symbolic link'
  inside one rm /data/b/x
  _lead_astray key /srv/host/secret
  _is_refused_for '/srv/data/key is a symbolic link'
  inside one sh -c 'rm /data/key; mkfifo /data/key'
  _is_refused_for '/srv/data/key is not a regular file'
  inside one sh -c 'rm /data/key; echo of-one >/data/key'
  systemctl start container@two
  [ "$(find /srv/host | sort | tr '\n' ' ')" = '/srv/host /srv/host/secret /srv/host/x /srv/host/x/secret ' ]
  rm -r /srv/host
}

a_link_of_one_container_leads_no_path_of_another_to_the_host() { _no_link_leads_a_path_astray '' ''; }
nor_does_one_of_a_container_with_users_of_its_own() {
  _no_link_leads_a_path_astray 'privateUsers: pick' 'privateUsers: pick'
}

what_is_exchanged_during_a_start_leads_it_nowhere_else() {
  _start_writer_and_reader '' ''
  inside one mkdir -p /data/b/x
  # renameat2(2) with RENAME_EXCHANGE
  # shellcheck disable=SC2016
  systemd-run --machine=one --quiet --unit=exchange perl -e '
    chdir "/data" or die; symlink "/srv/host", "link" or die;
    my @paths = ("b", "link");
    while (1) { syscall(316, -100, $paths[0], -100, $paths[1], 2) == 0 or die "renameat2: $!" }'
  for _ in {1..6}; do
    if systemctl start container@two; then fails inside two test -e /given/secret; fi
    systemctl stop container@two
    systemctl reset-failed container@two 2>/dev/null || true
  done
  inside one systemctl stop exchange
  rm -r /srv/host
}

what_is_exchanged_during_a_destroy_leads_it_nowhere_else() {
  mkdir -p /srv/host
  touch /srv/host/file
  nixos-container create made --system-path $systems-wasabi
  declare_containers <<'YAML'
  one: { system: "{system}-wasabi", bindMounts: { /data: { hostPath: /var/lib/nixos-containers/made, isReadOnly: false } } }
YAML
  mkdir -p /var/lib/nixos-containers/made
  systemctl start container@one
  # renameat2(2) with RENAME_EXCHANGE
  # shellcheck disable=SC2016
  systemd-run --machine=one --quiet --unit=exchange perl -e '
    chdir "/data" or die;
    for (0 .. 999) { mkdir "b$_" and symlink "/srv/host", "link$_" or die "$_: $!" }
    while (1) { for (0 .. 999) { syscall(316, -100, my $a = "b$_", -100, my $b = "link$_", 2) } }'
  wait_until 10 test -h /var/lib/nixos-containers/made/b0
  # It says what it could not remove, and is done again when nobody is in its way.
  nixos-container destroy made --yes || true
  [ -e /srv/host/file ]
  systemctl stop container@one
  nixos-container destroy made --yes
  [ ! -e /var/lib/nixos-containers/made ]
  rm -r /srv/host
}

a_container_s_own_files_lead_its_next_start_nowhere() {
  local root=/var/lib/nixos-containers/one
  mkdir -p /srv/host
  echo of-the-host >/srv/host/secret
  declare_containers <<YAML
  one:
    system: "{system}-wasabi"
    privateUsers: pick
    credentials: { key: { path: $root/srv/key } }
    extraFlags: ["--bind-ro=+/srv/own:/own"]
YAML
  mkdir -p $root/srv/own
  echo own >$root/srv/key
  touch $root/srv/own/seen
  systemctl start container@one
  [ "$(inside one systemd-creds --system cat key)" = own ]
  inside one test -e /own/seen
  inside one ln -sf /srv/host/secret /srv/key
  fails systemctl restart container@one
  systemctl stop container@one
  log_of one | grep "$root/srv/key .*symbolic link.* container one "
  rm $root/srv/key
  echo own >$root/srv/key
  rm -r $root/srv/own
  ln -s /srv/host $root/srv/own
  fails systemctl start container@one
  log_of one | grep -F "$root/srv/own is a symbolic link"
  rm -r $root/srv /srv/host
}

a_network_namespace_is_no_link_of_a_container() {
  mkdir -p /srv/data
  ip netns add aside
  declare_containers <<'YAML'
  one: { system: "{system}-wasabi", bindMounts: { /data: { hostPath: /srv/data, isReadOnly: false } } }
  two: { system: "{system}-wasabi", networkNamespace: /srv/data/netns }
YAML
  touch /srv/data/netns
  mount --bind /run/netns/aside /srv/data/netns
  systemctl start container@two
  [ "$(inside two readlink /proc/self/ns/net)" = "$(ip netns exec aside readlink /proc/self/ns/net)" ]
  systemctl stop container@two
  umount /srv/data/netns
  systemctl start container@one
  inside one sh -c 'rm /data/netns; ln -s /proc/1/ns/net /data/netns'
  _is_refused_for '/srv/data/netns is a symbolic link'
  ip netns delete aside
}

# Containers whose root directories another one can write.
_start_manager() {
  declare_containers <<YAML
  one: { system: "{system}-wasabi", ${1-} }
  manager:
    system: "{system}-wasabi"
    bindMounts: { /containers: { hostPath: ${2-/var/lib/nixos-containers}, isReadOnly: ${3-false} } }
YAML
  systemctl start container@one container@manager
}

who_can_write_a_root_directory_has_ended_when_that_starts() {
  _start_manager
  # Both are started at once: the one that can write is the later one.
  [ "$(since ActiveEnter manager)" -gt "$(since ActiveEnter one)" ]
  inside manager test -e /containers/one/etc
  fails systemctl restart container@one
  log_of one | grep -F 'container manager is running and can write to /var/lib/nixos-containers'
  systemctl stop container@one container@manager
  systemctl start container@one
  # A part of it, on which something is made, and one on which nothing is.
  _start_manager '' /var/lib/nixos-containers/one/var
  systemctl restart container@one container@manager
  fails systemctl restart container@one
  systemctl stop container@one container@manager
  mkdir -p /var/lib/nixos-containers/one/srv
  _start_manager '' /var/lib/nixos-containers/one/srv
  systemctl restart container@manager
  systemctl restart container@one
  # Reading alone harms nothing.
  systemctl stop container@manager
  _start_manager '' /var/lib/nixos-containers true
  systemctl restart container@one
  # The same by another name.
  systemctl stop container@manager
  ln -s /var/lib/nixos-containers /srv/elsewhere
  _start_manager 'privateUsers: pick' /srv/elsewhere
  fails systemctl restart container@one
  rm /srv/elsewhere
}

a_root_directory_is_no_link_of_another_container() {
  _start_manager
  systemctl stop container@one
  inside manager mv -T /containers/one /containers/away
  rm -rf /srv/host
  mkdir /srv/host
  inside manager ln -s /srv/host /containers/one
  systemctl stop container@manager
  fails systemctl start container@one
  systemctl stop container@one
  log_of one | grep '/var/lib/nixos-containers/one .*symbolic link.* container manager '
  [ "$(find /srv/host)" = /srv/host ]
  rmdir /srv/host
  rm /var/lib/nixos-containers/one
  mv -T /var/lib/nixos-containers/away /var/lib/nixos-containers/one
}

processes_that_are_left_of_the_last_run_keep_the_next_from_starting() {
  local group=/sys/fs/cgroup/machine.slice/container@one.service left
  _start_two
  systemctl stop container@one
  # As systemd leaves one that does not end.
  mkdir -p $group/payload
  sleep 300 &
  left=$!
  echo $left >$group/payload/cgroup.procs
  fails systemctl start container@one
  log_of one | grep -F 'systemd-cgls /machine.slice/container@one.service/payload'
  # It ends what is left when the start fails, and tries again.
  wait $left || true
  wait_until 10 is active container@one
}

# Two containers on a bridge of the host's, which has addresses there.
_start_on_a_bridge() {
  ip link add br0 type bridge
  ip address add 192.168.101.1/24 dev br0
  ip address add fc01::1/64 dev br0 nodad
  ip link set br0 up
  declare_containers <<YAML
  one:
    system: "{system}-wasabi"
    privateUsers: pick
    privateNetwork: true
    hostBridge: br0
    localAddress: 192.168.101.2/24
    localAddress6: "fc01::2/64"
  two:
    system: "{system}-wasabi"
    privateUsers: pick
    privateNetwork: true
    hostBridge: br0
    localAddress: 192.168.101.3/24
    localAddress6: "fc01::3/64"
YAML
  systemctl start container@one container@two
  wait_until 10 ping -c 1 -W 1 fc01::3
}

# _hear COMMAND…: what comes to port 7000 of the host meanwhile is in /tmp/heard.
_hear() {
  local listening
  socat -u UDP6-RECV:7000,ipv6only=0,reuseaddr OPEN:/tmp/heard,creat,trunc &
  listening=$!
  wait_until 10 grep -q ':1B58 ' /proc/net/udp6
  "$@"
  sleep 0.5
  kill $listening
  wait $listening || true
}

# In frames that no bridge passes on.
_two_sends_to_the_port() {
  _send 192.168.101.3 192.168.101.1 round inside two
  _send '[fc01::3]' '[fc01::1]' round inside two
}
_goes_round_the_bridge() {
  _hear _two_sends_to_the_port
  grep round /tmp/heard
}

what_is_filtered_and_set_for_a_bridge_is_so_for_its_ports() {
  local link address
  # For new links, as NixOS has it for hosts that forward.
  sysctl -qw net.ipv6.conf.default.accept_ra=2
  _start_on_a_bridge
  sysctl -qw net.ipv6.conf.br0.accept_ra=0
  # Which IPv4 would not pass either.
  sysctl -qw net.ipv4.conf.vb-two.rp_filter=0
  nft -f - <<'NFT'
table inet test {
  chain input { type filter hook input priority filter; iifname "br0" udp dport 7000 drop; }
}
NFT
  for address in 192.168.101.1 fc01::1; do
    inside two ip neigh replace $address lladdr 01:80:c2:00:00:0e dev eth0 nud permanent
  done
  fails _goes_round_the_bridge
  [ "$(ip -6 address show dev vb-two)" = "" ]
  # Without what keeps it.
  sysctl -qw net.ipv6.conf.vb-two.disable_ipv6=0 net.ipv4.conf.vb-two.drop_unicast_in_l2_multicast=0
  nft flush chain inet nixos-containers untrusted
  _goes_round_the_bridge
  [ "$(grep -c round /tmp/heard)" = 2 ]
  # Nor is it a router of the host's there, which it would be as well.
  address=$(ip -6 -o address show dev vb-two scope link | awk '{ print $4 }')
  inside two ip neigh replace "${address%/*}" lladdr 01:80:c2:00:00:0e dev eth0 nud permanent
  _advertise two eth0 "${address%/*}"
  sleep 1
  fails _is_led_astray
  sysctl -qw net.ipv6.conf.vb-two.accept_ra=2 net.ipv6.conf.vb-two.autoconf=1
  _advertise two eth0 "${address%/*}"
  wait_until 10 _is_led_astray
  # A spanning tree has its root elsewhere.
  for link in vb-one vb-two; do [ "$(cat /sys/class/net/$link/brport/root_block)" = 1 ]; done
  nft delete table inet test
  sysctl -qw net.ipv6.conf.default.accept_ra=1
  systemctl stop container@one container@two
  ip link delete br0
}

# Two answers for one, to the host too.
_is_taken_for_one() {
  inside two ip address add 192.168.101.2/24 dev eth0
  # A gratuitous ARP request, as who has an address anew sends it.
  # shellcheck disable=SC2016
  inside two perl -e '
    my $index = do { open my $f, "<", "/sys/class/net/eth0/ifindex" or die "link: $!"; <$f> } + 0;
    my $own = do { open my $f, "<", "/sys/class/net/eth0/address" or die "link: $!"; <$f> };
    $own = pack("H12", $own =~ tr/://dr);
    socket(my $s, 17, 3, 0) or die "socket: $!";
    my $claimed = pack("C4", 192, 168, 101, 2);
    my $frame = "\xff" x 6 . $own . pack("nnnCCn", 0x806, 1, 0x800, 6, 4, 1) . $own . $claimed . "\0" x 6 . $claimed;
    for (1 .. 3) {
      send($s, $frame, 0, pack("SnlSCCa8", 17, 8 << 8 | 6, $index, 0, 0, 6, "\xff" x 6)) or die "send: $!";
      select(undef, undef, undef, 0.1);
    }'
  inside two ip address del 192.168.101.2/24 dev eth0
  ip neigh show 192.168.101.2 dev br0 | grep "$(inside two cat /sys/class/net/eth0/address)"
}

# As it is said there, and what the host's administrator can do.
who_is_on_a_bridge_is_a_machine_of_that_network() {
  _start_on_a_bridge
  local mac
  ping -c 1 -W 2 192.168.101.2
  _is_taken_for_one
  # It is a router for the others, and for the host as far as the bridge's own settings have it so.
  sysctl -qw net.ipv6.conf.br0.accept_ra=0
  _advertise two eth0
  wait_until 10 inside one ip -6 route show default dev eth0 proto ra | grep '^default'
  fails _is_led_astray
  sysctl -qw net.ipv6.conf.br0.accept_ra=2
  _advertise two eth0
  wait_until 10 _is_led_astray
  ip -6 route flush proto ra
  ip -6 address flush dev br0 dynamic
  inside one ip -6 route flush proto ra
  # With the rules of nixos-container-generator(8).
  mac=$(inside two cat /sys/class/net/eth0/address)
  nft -f - <<NFT
table bridge ports {
  chain from-two {
    ether saddr != $mac drop
    ether type arp arp saddr ip != 192.168.101.3 drop
    ether type ip ip saddr != 192.168.101.3 drop
    ether type ip6 ip6 saddr != { fc01::3, fe80::/64, :: } drop
    icmpv6 type { nd-router-advert, nd-redirect } drop
    icmpv6 type nd-neighbor-advert icmpv6 taddr != { fc01::3, fe80::/64 } drop
    udp sport { 67, 547 } drop
    ether type { arp, ip, ip6 } accept
    drop
  }
  chain prerouting {
    type filter hook prerouting priority -300;
    iifname vmap { "vb-two" : jump from-two }
  }
}
NFT
  ip neigh flush dev br0
  ping -c 1 -W 2 192.168.101.2
  ping -c 1 -W 2 192.168.101.3
  ping -c 1 -W 2 fc01::3
  fails _is_taken_for_one
  _advertise two eth0
  sleep 1
  fails _is_led_astray
  nft delete table bridge ports
  # Or nobody but the host is there for them.
  inside one ping -c 1 -W 2 192.168.101.3
  bridge link set dev vb-one isolated on
  bridge link set dev vb-two isolated on
  fails inside one ping -c 1 -W 2 192.168.101.3
  inside one ping -c 1 -W 2 192.168.101.1
  systemctl stop container@one container@two
  ip link delete br0
}

a_container_gets_nothing_of_another_s_by_answering_for_it() {
  _start_two 'privateUsers: pick'
  local address
  ping -c 1 -W 2 10.0.0.3
  inside two ip address add 10.0.0.2/32 dev eth0
  inside two ip address add fc00::2/128 dev eth0 nodad
  inside one sh -c 'echo of-one >/run/page; exec systemd-run --quiet socat TCP6-LISTEN:7100,fork,reuseaddr,ipv6only=0 OPEN:/run/page'
  inside two sh -c 'echo of-two >/run/page; exec systemd-run --quiet socat TCP6-LISTEN:7100,fork,reuseaddr,ipv6only=0 OPEN:/run/page'
  _whose() { socat -u "TCP:$1:7100,connect-timeout=2" -; }
  for address in 10.0.0.2 '[fc00::2]'; do
    wait_until 10 _whose "$address"
    ip neigh flush to "${address//[\[\]]/}"
    [ "$(_whose "$address")" = of-one ]
  done
  [ -z "$(ip neigh show 10.0.0.2 dev ve-two)" ]
  [ -z "$(ip neigh show fc00::2 dev ve-two)" ]
  # It would, were the way to these addresses there.
  ip route replace 10.0.0.2 dev ve-two
  ip -6 route replace fc00::2 dev ve-two
  for address in 10.0.0.2 '[fc00::2]'; do [ "$(_whose "$address")" = of-two ]; done
  ip route del 10.0.0.2 dev ve-two
  ip -6 route del fc00::2 dev ve-two
}

_two_sends_as_one_and_to_loopback() {
  _send 10.0.0.3 10.0.0.1 own4 inside two
  _send '[fc00::3]' '[fc00::1]' own6 inside two
  inside two ip address add 10.0.0.2/32 dev eth0
  inside two ip address add fc00::2/128 dev eth0 nodad
  _send 10.0.0.2 10.0.0.1 stolen4 inside two
  _send '[fc00::2]' '[fc00::1]' stolen6 inside two
  _send 10.0.0.3 127.0.0.1 loopback inside two
  inside two ip address del 10.0.0.2/32 dev eth0
  inside two ip address del fc00::2/128 dev eth0
}
# What the host hears.
_heard_of_two() {
  _hear _two_sends_as_one_and_to_loopback >&2
  sort /tmp/heard
}

a_container_without_any_rules_has_no_addresses_but_its_own() {
  _start_two
  # Whatever is set for all links.
  sysctl -qw net.ipv4.conf.all.rp_filter=2 net.ipv4.conf.all.route_localnet=1
  inside two sysctl -qw net.ipv4.conf.all.route_localnet=1
  inside two ip route replace table local 127.0.0.0/8 via 10.0.0.1 dev eth0
  inside two ip route del table local local 127.0.0.0/8 || true
  inside two ip route del table local 127.0.0.1
  [ "$(_heard_of_two | xargs)" = 'own4 own6' ]
  # What loads the host's rules anew has it back.
  nft flush ruleset
  [ "$(_heard_of_two | xargs)" = 'loopback own4 own6 stolen4 stolen6' ]
  "$(sed -n 's/^ExecReload=-:\(.*\) rules$/\1/p' /run/systemd/generator/nftables.service.d/nixos-containers.conf)" rules
  [ "$(_heard_of_two | xargs)" = 'own4 own6' ]
  # The rules of others come and go, these stay while a container has a link.
  systemctl stop container@two
  declare_containers <<'YAML'
  two: { system: "{system}-wasabi", privateNetwork: true, hostAddress: 10.0.0.1, localAddress: 10.0.0.3, forwardPorts: [{ hostPort: 8080, containerPort: 80 }] }
YAML
  systemctl start container@two
  page 10.0.0.1:8080
  systemctl stop container@two
  nft list chain inet nixos-containers untrusted | grep 'fib saddr . iif oif missing'
  systemctl stop container@one
  fails nft list table inet nixos-containers
  sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.all.route_localnet=0
}

a_macvlan_is_on_the_network_of_its_parent_and_not_on_the_host() {
  ip link add eth1 type veth peer name eth1-peer
  ip link set eth1 up
  ip link set eth1-peer up
  ip address add 192.168.104.9/24 dev eth1
  ip address add 192.168.105.9/24 dev eth1-peer
  declare_containers <<'YAML'
  one: { system: "{system}-wasabi", privateUsers: pick, privateNetwork: true, macvlans: [eth1] }
YAML
  systemctl start container@one
  inside one ip address add 192.168.104.1/24 dev mv-eth1
  inside one ip link set mv-eth1 up
  fails inside one ping -c 1 -W 1 192.168.104.9
  # The host hears nothing of it at that interface. Who is behind it on the same network does.
  sysctl -qw net.ipv6.conf.eth1.accept_ra=2 net.ipv6.conf.eth1-peer.accept_ra=0
  # shellcheck disable=SC2016
  wait_until 10 inside one sh -c 'ip -6 address show dev mv-eth1 scope link -tentative | grep inet6'
  _advertise one mv-eth1
  sleep 1
  fails _is_led_astray
  sysctl -qw net.ipv6.conf.eth1-peer.accept_ra=2
  _advertise one mv-eth1
  wait_until 10 _is_led_astray
  systemctl stop container@one
  ip link delete eth1
}

# Everybody sends to everybody else but the host; what arrived is in /tmp/heard.
_speak() {
  local from to sending listening=()
  local -A who=([one]='inside one' [two]='inside two' [other]=from_other)
  local -A ipv4=([one]=10.0.0.2 [two]=10.0.0.3 [other]=172.16.0.2) ipv6=([one]='[fc00::2]' [two]='[fc00::3]' [other]='[fd16::2]')
  for to in one two other; do
    # shellcheck disable=SC2086
    ${who[$to]} timeout 8 socat -u UDP6-RECV:7000,ipv6only=0 - >"/tmp/heard-$to" &
    listening+=($!)
  done
  sleep 2
  for from in one two other; do
    sending=
    for to in one two other; do
      [ $from != $to ] || continue
      sending+="echo $from-$to-ipv4 | socat -u - UDP:${ipv4[$to]}:7000; echo $from-$to-ipv6 | socat -u - UDP:${ipv6[$to]}:7000; "
    done
    # shellcheck disable=SC2086
    ${who[$from]} sh -c "$sending"
  done
  wait "${listening[@]}" || true
  sort -u /tmp/heard-* >/tmp/heard
}
_all_between() { local pair; for pair in "$@"; do printf '%s\n' "$pair-ipv4" "$pair-ipv6"; done | sort; }

a_restricted_link_is_closed_while_the_rules_are_gone() {
  plug_in_another_machine
  ip -n other route add 10.0.0.0/24 via 172.16.0.1
  ip -n other route add fc00::/64 via fd16::1
  _start_two 'internetAccess: false
    forwardPorts: [{ hostPort: 8080, containerPort: 80 }]' 'forwardPorts: [{ hostPort: 8081, containerPort: 80 }]'
  _forwards_and_restricts
  inside one curl -s --max-time 5 http://10.0.0.1:8081/ | grep 'It works!'
  systemctl stop container-rules
  nft flush ruleset
  # The host is reached all the same, and reaches it.
  inside one ping -c 1 -W 2 10.0.0.1
  inside one ping -c 1 -W 2 fc00::1
  ping -c 1 -W 2 10.0.0.2
  ping -c 1 -W 2 fc00::2
  _speak
  _all_between two-other other-two | diff - /tmp/heard
  [ -z "$(nft list ruleset)" ]
  # Without what keeps it closed, all passes.
  tc qdisc delete dev ve-one clsact
  _speak
  _all_between one-two one-other two-one two-other other-one other-two | diff - /tmp/heard
  # A new link is closed again, and with the rules all is as before.
  systemctl restart container@one
  systemctl is-active container-rules
  _forwards_and_restricts
  inside one curl -s --max-time 5 http://10.0.0.1:8081/ | grep 'It works!'
  _speak
  _all_between two-other other-two | diff - /tmp/heard
  systemctl stop container@one container@two
  unplug_other_machine
}

# Asks for a page by 15 connections of the other machine, again and again, until there is /tmp/enough; how many of them have lasted is in
# /tmp/lasted.
_ask_by_15() {
  rm -f /tmp/asking /tmp/enough
  # shellcheck disable=SC2016
  from_other perl -MIO::Socket::INET -e '
    my @open = map { IO::Socket::INET->new(PeerAddr => "172.16.0.1:8080", Timeout => 5) or die "connect: $!" } 1 .. 15;
    my $round = 0;
    until (-e "/tmp/enough" && ++$round > 20) {
      @open = grep {
        local $SIG{ALRM} = sub { die };
        eval {
          alarm 5;
          print $_ "GET / HTTP/1.1\r\nHost: one\r\n\r\n" or die;
          my ($length, $text) = (0, "");
          while (my $line = <$_>) {
            $length = $1 if $line =~ /^Content-Length: (\d+)/i;
            last if $line eq "\r\n";
          }
          read($_, $text, $length) == $length && $length > 0 or die;
          alarm 0;
          1;
        };
      } @open;
      open my $asking, ">>", "/tmp/asking";
      select undef, undef, undef, 0.02;
    }
    print scalar @open;' >/tmp/lasted &
  asking=$!
  wait_until 10 test -e /tmp/asking
}

forwarded_connections_last_when_the_host_s_rules_include_them() {
  local asking
  plug_in_another_machine
  cp /etc/nftables.conf /tmp/nftables.conf
  _start_two 'forwardPorts: [{ hostPort: 8080, containerPort: 80, openFirewall: true }]
    internetAccess: false' 'forwardPorts: [{ hostPort: 8081, containerPort: 80 }]'
  printf 'flush ruleset\ninclude "/run/nixos-container-generator/.nftables/*"\n' >/etc/nftables.conf
  systemctl start nftables
  _ask_by_15
  systemctl reload nftables
  nft -f /etc/nftables.conf
  touch /tmp/enough
  wait "$asking"
  [ "$(cat /tmp/lasted)" = 15 ]
  # One that nft does not take is not among them, nor one that has ended.
  echo 'add element inet nixos-containers nonsense' >>"$records/two/nft"
  nft -f /etc/nftables.conf
  _elements | grep '8081 : 10.0.0.3'
  sed -i '$d' "$records/two/nft"
  systemctl stop container@two
  nft -f /etc/nftables.conf
  _forwards_and_restricts
  fails grep -q 8081 "$records/.nftables/containers.nft"
  # Without the line, they do not.
  echo 'flush ruleset' >/etc/nftables.conf
  _ask_by_15
  systemctl reload nftables
  touch /tmp/enough
  wait "$asking"
  cat /tmp/lasted
  [ "$(cat /tmp/lasted)" -lt 15 ]
  # With no container there is nothing to include.
  systemctl stop container@one
  printf 'flush ruleset\ninclude "/run/nixos-container-generator/.nftables/*"\n' >/etc/nftables.conf
  systemctl restart nftables
  [ -z "$(nft list ruleset)" ]
  systemctl stop nftables
  mv /tmp/nftables.conf /etc/nftables.conf
  unplug_other_machine
}
