# SPDX-License-Identifier: MIT
# nixos-container: each verb with a privileged, an unprivileged and an ephemeral container, what it prints and its exit status; and the
# completion of the shells.
# shellcheck shell=bash disable=SC2154,SC2086,SC2016

_kinds='plain pick brief'

_declare_kinds() {
  declare_containers <<'YAML'
  plain:
    system: "{system}-wasabi"
    privateNetwork: true
    hostAddress: 10.0.0.1
    localAddress: 10.0.0.2/24
    localAddress6: fd00::2
  pick:
    system: "{system}-wasabi"
    privateUsers: pick
    privateNetwork: true
    hostAddress6: fd00:1::1
    localAddress6: fd00:1::2/64
  brief: { system: "{system}-wasabi", ephemeral: true }
YAML
}

# _says TEXT COMMAND…: succeeds if the command fails and says TEXT, within 20 s.
_says() {
  local text=$1 status=0
  shift
  timeout -s KILL 20 "$@" >/tmp/said 2>&1 </dev/null || status=$?
  cat /tmp/said
  [ $status -eq 1 ] && grep -qF "$text" /tmp/said
}

_as_nobody='setpriv --reuid 65534 --regid 65534 --clear-groups'

# Runs a command line at a terminal, of 30 lines and 100 columns.
_at_terminal() { script --quiet --return --command "stty rows 30 cols 100; $1" /dev/null; }

cli_list_says_of_which_container_what_is_wrong() {
  start_pair
  declare_containers <<'YAML'
  two: { system: nowhere }
  dead: { system: /nowhere }
  empty: {}
YAML
  fails systemctl start container@dead
  _at_terminal 'nixos-container list' | tr -d '\r' >/tmp/coloured
  cat -A /tmp/coloured
  grep -F $'\e[31mdown' /tmp/coloured
  sed 's/\x1b\[[0-9]*m//g' /tmp/coloured >/tmp/list
  cat /tmp/list
  grep -E '^one +up .* \(undeclared\)$' /tmp/list
  grep -E '^two +up .* \(has errors, see nixos-container check\)$' /tmp/list
  grep -E '^dead +(starting|stopping|failed) +/nowhere$' /tmp/list
  grep -E '^empty +down +\(has errors, see nixos-container check\)$' /tmp/list
}

cli_run_says_why_nothing_could_be_run() {
  declare_containers <<'YAML'
  plain: { system: "{system}-wasabi" }
YAML
  nixos-container start plain
  local setting
  for setting in '[Unit]\nAssertPathExists=/nowhere' '[Service]\nRootDirectory=/nowhere'; do
    nixos-container run plain -- sh -c "mkdir -p /run/systemd/system/nixos-container-.service.d; printf '$setting\n' >/run/systemd/system/nixos-container-.service.d/a.conf"
    inside plain systemctl daemon-reload
    _says 'journalctl -M plain -u nixos-container-' nixos-container run plain -- true
    inside plain rm -r /run/systemd/system/nixos-container-.service.d
    inside plain systemctl daemon-reload
  done
  nixos-container run plain -- mount --bind /dev/null /bin/sh
  _says '/bin/sh' nixos-container run plain -- true
}

cli_check_prints_what_is_wrong() {
  _declare_kinds
  [ "$(nixos-container check 2>&1)" = "" ]
  printf 'version: 1\ncontainers: { a: { system: x } }\n' >/tmp/wrong.yaml
  _says '/tmp/wrong.yaml:2:28: containers.a.system' nixos-container check /tmp/wrong.yaml
  cp /tmp/wrong.yaml "$manifest"
  _says "$manifest:2:28: containers.a.system" nixos-container check
}

cli_nothing_that_others_write_acts_on_a_terminal() {
  local file=$'/tmp/\e[2Jodd.yaml' verb
  printf '%s\n' 'version: 1' 'containers:' '  "\e]0;odd\a": { system: x }' '  other: [' >"$file"
  for verb in check plan; do
    _says 'containers."\x1b]0;odd\x07".system' nixos-container $verb "$file"
    _says '/tmp/?[2Jodd.yaml:' nixos-container $verb "$file"
    fails grep $'\e' /tmp/said
  done
  declare_containers <<'YAML'
  odd: { system: "/nix/store/\x9b]0;odd" }
YAML
  _at_terminal 'nixos-container list' >/tmp/said
  grep -F '/nix/store/?]0;odd' /tmp/said
}

cli_errors_say_what_to_do() {
  declare_containers <<'YAML'
  plain: { system: "{system}-wasabi" }
  broken: { system: "{system}-wasabi", privateNetwork: true, hostAddress: 10.0.0 }
  failing: { system: /nix/store/there-is-no-such-system }
YAML
  local verb
  for verb in start stop restart terminate login root-login show-ip show-host-key logs update; do
    _says '"nobody", known containers: broken, failing, plain' nixos-container $verb nobody
  done
  _says '"nobody"' nixos-container run nobody -- true
  _says '"pain", did you mean "plain"?' nixos-container start pain
  for verb in login root-login; do
    _says 'nixos-container start plain' nixos-container $verb plain
  done
  _says 'plain is not running' nixos-container run plain -- true
  _says '"10.0.0" is not an IPv4 address' nixos-container start broken
  _says 'journalctl -u container@failing' nixos-container start failing
  grep 'start failing: failed (exit-code)' /tmp/said
  printf '  new: { system: "%s-wasabi" }\n' "$systems" >>"$manifest"
  _says "$manifest yet. Run: systemctl daemon-reload" nixos-container start new
  sed -i '$d' "$manifest"
  mkdir -p $records/odd
  _says ' odd ' nixos-container show-ip odd
  nixos-container list --json | grep '"name": "odd", "state": "down", "addresses": \[\], "system": null'
  rmdir $records/odd
  # One of several: the others are started.
  _says 'start failing: ' nixos-container start failing plain
  [ "$(nixos-container status plain)" = up ]
  nixos-container stop plain
  # A name that would lead elsewhere is none.
  _says '"../plain"' nixos-container start ../plain
  _says '"../plain"' nixos-container destroy --yes ../plain

  _says 'Try "nixos-container --help"' nixos-container
  _says '"lsit", did you mean "list"?' nixos-container lsit
  _says '"frobnicate"' nixos-container frobnicate
  _says 'Try "nixos-container status --help"' nixos-container status
  _says "unrecognized option '--bogus'" nixos-container list --bogus

  for verb in start stop restart terminate login root-login run show-host-key create update destroy apply; do
    _says "nixos-container $verb: must be run as root" $_as_nobody nixos-container $verb plain
  done
  [ "$(nixos-container status plain)" = down ]
  [ "$($_as_nobody nixos-container list)" = $'broken\nfailing\nplain' ]
  [ "$($_as_nobody nixos-container status plain)" = down ]
  $_as_nobody nixos-container list --json | grep '"name": "plain", "state": "down"'
}

cli_create_update_and_destroy() {
  declare_containers <<'YAML'
  taken: { system: "{system}-wasabi", privateNetwork: true, hostAddress: 10.233.1.1, localAddress: 10.233.1.2 }
YAML
  [ "$(nixos-container create foo --system-path $systems-wasabi --ensure-unique-name 2>/dev/null)" = foo-0 ]
  [ "$(nixos-container create foo --system-path $systems-wasabi --ensure-unique-name 2>/dev/null)" = foo-1 ]
  [ "$(nixos-container show-ip foo-0)" = 10.233.2.2 ]
  [ "$(nixos-container show-ip foo-1)" = 10.233.3.2 ]
  [ "$(nixos-container list)" = $'foo-0\nfoo-1\ntaken' ]
  [ "$(nixos-container status foo-0)" = down ]
  nixos-container check
  nixos-container start foo-0
  page 10.233.2.2
  [ "$(nixos-container run foo-0 -- readlink /nix/var/nix/profiles/system)" = $systems-wasabi ]
  nixos-container run foo-0 -- sh -c 'echo mine >/root/state'

  # What was added by hand stays.
  sed -i 's/^    privateNetwork/    bindMounts: { \/srv: } # mine\n&/' /etc/nixos-containers/foo-0.yaml
  local before
  before=$(main_pid foo-0)
  nixos-container update foo-0 --system-path $systems-old
  [ "$(main_pid foo-0)" = "$before" ]
  grep -x "test $systems-old/bin/switch-to-configuration" /var/lib/nixos-containers/foo-0/etc/switched
  grep "system: \"$systems-old\"" /etc/nixos-containers/foo-0.yaml
  grep '# mine' /etc/nixos-containers/foo-0.yaml
  # One that cannot be activated, in whole or in part, changes nothing.
  _says 'the old one was reactivated' nixos-container update foo-0 --system-path $systems-unwilling
  [ "$(main_pid foo-0)" = "$before" ]
  [ "$(tail -n 2 /var/lib/nixos-containers/foo-0/etc/switched)" = "test $systems-unwilling/bin/switch-to-configuration
test $systems-old/bin/switch-to-configuration" ]
  grep "system: \"$systems-old\"" /etc/nixos-containers/foo-0.yaml
  systemctl cat container@foo-0 | grep -F "$systems-old/init"
  [ "$(realpath /nix/var/nix/profiles/per-container/foo-0/system)" = $systems-old ]
  chmod -x $systems-old/bin/switch-to-configuration
  _says 'nixos-container restart foo-0' nixos-container update foo-0 --system-path $systems-unwilling
  chmod +x $systems-old/bin/switch-to-configuration
  nixos-container list --json | grep -F '"name": "foo-0", "state": "up", "addresses": ["10.233.2.2"], "system": "'$systems-old'"'
  nixos-container update foo-1 --system-path $systems-old
  [ "$(nixos-container status foo-1)" = down ]
  _says 'specify --system-path' nixos-container update foo-0
  nixos-container restart foo-0
  [ "$(nixos-container run foo-0 -- cat /root/state)" = mine ]

  # Asks, or is told.
  _says 'use --yes' nixos-container destroy foo-0
  exits_with 1 _at_terminal 'nixos-container destroy foo-0' <<<n
  [ "$(nixos-container status foo-0)" = up ]
  mkdir -p /srv/kept /var/lib/nixos-containers/foo-0/{data/deep,var/empty}
  touch /srv/kept/file
  mount --bind /srv/kept /var/lib/nixos-containers/foo-0/data
  mkdir /srv/kept/nested
  mount -t tmpfs tmpfs /var/lib/nixos-containers/foo-0/data/nested
  # Not every file system can do that.
  chattr +i /var/lib/nixos-containers/foo-0/var/empty || true
  exits_with 0 _at_terminal 'nixos-container destroy foo-0' <<<y
  [ -e /srv/kept/file ]
  [ ! -e /var/lib/nixos-containers/foo-0 ]
  [ ! -e /nix/var/nix/profiles/per-container/foo-0 ]
  [ ! -e /nix/var/nix/per-container/foo-0 ]
  [ ! -e /nix/var/nix/gcroots/containers/foo-0 ]
  [ "$(nixos-container list)" = $'foo-1\ntaken' ]
  [ "$(systemctl show -P LoadState container@foo-0)" = not-found ]
  nixos-container destroy foo-0
  nixos-container destroy --yes foo-1
  [ ! -e /etc/nixos-containers/foo-1.yaml ]
  _says "taken cannot be destroyed: it is declared in $manifest:" nixos-container destroy --yes taken
  _says "taken cannot be updated: it is declared in $manifest:" nixos-container update taken --system-path $systems-old
  [ "$(nixos-container list)" = taken ]
}

# The files that create makes, as text.
_created() { find /etc/nixos-containers /nix/var/nix/profiles /var/lib/nixos-containers -mindepth 1 ! -name '.#*' | sort; }

cli_a_create_that_fails_leaves_nothing() {
  declare_containers <<'YAML'
  taken: { system: "{system}-wasabi" }
YAML
  local before
  before=$(_created)
  _says 'requires Nix' nixos-container create foo --config 'services.openssh.enable = true;'
  _says 'requires Nix' nixos-container create foo --flake github:a/b#c
  _says 'requires Nix' nixos-container create foo
  _says '/nowhere: No such file or directory' nixos-container create foo --system-path /nowhere
  _says '/srv is not a NixOS system' nixos-container create foo --system-path /srv
  mkdir -p /srv/system
  ln -sfn $systems-wasabi/init /srv/system/init
  _says '/srv/system (expected a path in /nix/store)' nixos-container create foo --system-path /srv/system
  _says '"1.2.3" is not an IPv4 address' nixos-container create foo --system-path $systems-wasabi --local-address 1.2.3
  _says '"http"' nixos-container create foo --system-path $systems-wasabi --port http
  _says '"foo_bar"' nixos-container create foo_bar --system-path $systems-wasabi
  _says '"../foo"' nixos-container create ../foo --system-path $systems-wasabi
  _says "\"taken\" already exists, declared in $manifest:3." nixos-container create taken --system-path $systems-wasabi
  _says '/etc/nixos-containers/test.yaml already exists' nixos-container create test --system-path $systems-wasabi
  _says ': --system-path, --flake and --config' nixos-container create foo --system-path $systems-wasabi --flake x
  [ "$(_created)" = "$before" ]
  # State that was there before is kept.
  mkdir -p /var/lib/nixos-containers/foo
  touch /var/lib/nixos-containers/foo/old
  _says 'requires Nix' nixos-container create foo
  [ -e /var/lib/nixos-containers/foo/old ]
  nixos-container create foo --system-path $systems-wasabi
  [ -e /var/lib/nixos-containers/foo/old ]
  nixos-container destroy --yes foo
}

_completion=/nix/store/00000000000000000000000000000000-nixos-container-generator/share

# Those that follow are only in "make check-long".

_start_kinds() {
  _declare_kinds
  # shellcheck disable=SC2086
  nixos-container start $_kinds
}

cli_a_terminal_that_changes_its_size_does_so_inside() {
  declare_containers <<'YAML'
  plain: { system: "{system}-wasabi" }
YAML
  systemctl start container@plain
  sleep 4 | _at_terminal '(sleep 1; stty rows 41 cols 91 </dev/tty) & exec nixos-container run plain -- sh -c "sleep 2; stty size"' >/tmp/shown
  cat -A /tmp/shown
  tr -d '\r' </tmp/shown | grep -x '41 91'
}

cli_start_stop_restart_and_status_of_each_kind() {
  _declare_kinds
  local kind before
  for kind in $_kinds; do
    [ "$(nixos-container status $kind)" = down ]
    [ "$(nixos-container start $kind 2>&1)" = "" ]
    [ "$(nixos-container status $kind)" = up ]
    nixos-container start $kind
    before=$(main_pid $kind)
    [ "$(nixos-container restart $kind 2>&1)" = "" ]
    [ "$(main_pid $kind)" != "$before" ]
    [ "$(nixos-container stop $kind 2>&1)" = "" ]
    [ "$(nixos-container status $kind)" = down ]
    [ "$(state $kind)" = inactive ]
    nixos-container stop $kind
  done
  [ "$(nixos-container status nobody 2>/dev/null)" = gone ]
  exits_with 1 nixos-container status nobody
}

cli_start_starts_several_at_once() {
  declare_containers <<'YAML'
  a: { system: "{system}-slow" }
  b: { system: "{system}-slow" }
YAML
  nixos-container start a b
  # Each began before the other was done.
  [ "$(since InactiveExit a)" -lt "$(since ActiveEnter b)" ]
  [ "$(since InactiveExit b)" -lt "$(since ActiveEnter a)" ]
  nixos-container stop a b
}

cli_terminate_of_each_kind() {
  _start_kinds
  local kind
  for kind in $_kinds; do
    nixos-container terminate $kind
    is_inactive $kind
    _says "$kind is not running" nixos-container terminate $kind
  done
}

cli_list_prints_names_in_a_pipe_and_a_table_on_a_terminal() {
  _start_kinds
  [ "$(nixos-container list)" = $'brief\npick\nplain' ]
  nixos-container stop brief
  rm "$manifest"
  [ "$(nixos-container list)" = $'pick\nplain' ]
  _declare_kinds
  _at_terminal 'NO_COLOR= TERM=xterm nixos-container list' >/tmp/table
  grep '^NAME ' /tmp/table
  grep -E $'^plain +\x1b\\[32mup *\x1b\\[0m +10\\.0\\.0\\.2 fd00::2 +[0-9]+s +nixos-system-wasabi' /tmp/table
  grep -E $'^brief +down .*nixos-system-wasabi' /tmp/table
  local variables
  for variables in NO_COLOR=1 TERM=dumb; do
    _at_terminal "$variables nixos-container list" >/tmp/table
    grep '^NAME ' /tmp/table
    fails grep $'\x1b' /tmp/table
  done
}

cli_list_json_has_all_that_is_known() {
  declare_containers <<'YAML'
  gone: { system: "{system}-wasabi", privateNetwork: true, hostAddress: 10.0.0.1, localAddress: 10.0.0.2 }
YAML
  nixos-container start gone
  declare_containers <<'YAML'
  bad: { system: "{system}-wasabi", privateNetwork: maybe }
YAML
  nixos-container list --json >/tmp/list
  cat /tmp/list
  grep -E '"name": "gone", "state": "up", "addresses": \["10\.0\.0\.2"\], "system": "'"$systems"'-wasabi", "upSince": [0-9]+, "declared": false, "broken": false, "file": null' /tmp/list
  grep -F '"name": "bad", "state": "down", "addresses": [], "system": "'"$systems"'-wasabi", "upSince": null, "declared": true, "broken": true, "file": "'"$manifest"'"' /tmp/list
  nixos-container stop gone
}

cli_run_passes_arguments_streams_and_exit_status_through() {
  _start_kinds
  local kind status
  for kind in $_kinds; do
    [ "$(nixos-container run $kind -- printf '[%s]' 'a b' '' "it's" '"q"' '$HOME ${HOME} $$' '%n %%' ';' '\x41\ ' '*' --help -- $'two\nlines' é)" = \
      '[a b][][it'\''s]["q"][$HOME ${HOME} $$][%n %%][;][\x41\ ][*][--help][--][two'$'\n''lines][é]' ]
    for status in 0 1 3 127 203 255; do exits_with $status nixos-container run $kind -- sh -c "exit $status"; done
    exits_with 127 nixos-container run $kind -- there-is-no-such-command
    exits_with 137 nixos-container run $kind -- sh -c 'kill -KILL $$'
    exits_with 143 nixos-container run $kind -- sh -c 'kill -TERM $$'
    [ "$(nixos-container run $kind -- sh -c 'echo out; echo err >&2' 2>/tmp/err)" = out ]
    [ "$(cat /tmp/err)" = err ]
    [ "$(echo text | nixos-container run $kind -- cat)" = text ]
    [ "$(head -c 5000000 /dev/zero | nixos-container run $kind -- cat | wc -c)" = 5000000 ]
    nixos-container run $kind -- true <&- >&- 2>&-
    [ "$(nixos-container run $kind uname -s)" = Linux ]
  done
  exits_with 1 nixos-container run plain
  exits_with 1 nixos-container run plain --
}

cli_run_and_root_login_have_the_environment_of_a_login() {
  _start_kinds
  local kind
  for kind in $_kinds; do
    nixos-container run $kind -- sh -c 'echo "export PROFILE=was-read" >/etc/profile.d/test.sh'
    nixos-container run $kind -- sh -c 'echo "$PROFILE $HOME $SHELL $USER $LOGNAME $PWD"' >/tmp/run
    echo 'echo "$PROFILE $HOME $SHELL $USER $LOGNAME $PWD"' | nixos-container root-login $kind >/tmp/root-login
    [ "$(cat /tmp/run)" = 'was-read /root /bin/bash root root /root' ]
    [ "$(cat /tmp/root-login)" = 'was-read /root /bin/bash root root /root' ]
    fails nixos-container run $kind -- sh -c 'env | grep -e INVOCATION_ID -e SYSTEMD -e MEMORY_PRESSURE'
    # Not outside of the container's control groups, where its end would wait for it in vain.
    nixos-container run $kind -- cat /proc/self/cgroup | grep '^0::/system.slice/nixos-container-'
    # Nothing of it stays.
    [ "$(nixos-container run $kind -- systemctl list-units --all --no-legend 'nixos-container-*' | wc -l)" = 1 ]
  done
}

cli_root_login_runs_scripts_and_passes_their_exit_status_through() {
  _start_kinds
  local kind
  for kind in $_kinds; do
    [ "$(printf 'cd /sys/fs/cgroup\nstat -fc %%T .\n' | nixos-container root-login $kind)" = cgroup2fs ]
    printf 'false\nexit 7\n' | exits_with 7 nixos-container root-login $kind
    [ "$(nixos-container root-login $kind </dev/null)" = "" ]
  done
}

cli_run_and_root_login_at_a_terminal_give_one_of_the_container() {
  _start_kinds
  local kind
  for kind in $_kinds; do
    exits_with 7 _at_terminal "nixos-container run $kind -- sh -c 'tty; stty size; echo error >&2; exit 7'" </dev/null >/tmp/shown
    cat -A /tmp/shown
    grep /dev/pts/ /tmp/shown
    grep '30 100' /tmp/shown
    grep error /tmp/shown
    printf 'echo $((6 * 7)); tty; exit 5\n' | exits_with 5 _at_terminal "nixos-container root-login $kind" >/tmp/shown
    cat -A /tmp/shown
    grep $'42\r$' /tmp/shown
    fails grep -e 'no job control' -e 'terminal process group' /tmp/shown
    # Standard error can still be told apart.
    _at_terminal "nixos-container run $kind -- sh -c 'echo error >&2' 2>/tmp/error" </dev/null
    [ "$(cat /tmp/error)" = error ]
    # Whatever of the three is none: it is still this terminal that is typed at and that is shown on.
    printf 'typed\n' | _at_terminal "nixos-container run $kind -- cat | tr a-z A-Z" >/tmp/shown
    grep TYPED /tmp/shown
    _at_terminal "echo 'echo from a script; tty || true' | nixos-container root-login $kind" </dev/null >/tmp/shown
    grep 'from a script' /tmp/shown
    grep 'not a tty' /tmp/shown
    _at_terminal "nixos-container run $kind -- echo shown </dev/null 2>/dev/null" </dev/null | grep shown
  done
}

cli_signals_reach_what_runs_and_nothing_of_it_is_left() {
  _start_kinds
  local kind pid signal
  for kind in $_kinds; do
    for signal in INT:130 TERM:143 HUP:129; do
      # Not as a background job, which would ignore SIGINT.
      bash -c "exec env --default-signal nixos-container run $kind -- sleep 1234" &
      pid=$!
      wait_until 20 pgrep -f '^sleep 1234'
      kill -${signal%:*} $pid
      exits_with ${signal#*:} wait $pid
      fails pgrep -f '^sleep 1234'
    done
    nixos-container run $kind -- sh -c 'trap "echo told; exit 3" TERM; sleep 1235 & wait' >/tmp/told &
    pid=$!
    wait_until 20 pgrep -f '^sleep 1235'
    kill $pid
    exits_with 3 wait $pid
    [ "$(cat /tmp/told)" = told ]
  done
}

cli_a_container_that_dies_while_it_is_entered_is_no_hang() {
  _start_kinds
  local kind pid before status
  for kind in $_kinds; do
    timeout -s KILL 60 nixos-container run $kind -- sleep 1236 2>/tmp/error &
    pid=$!
    timeout -s KILL 60 bash -c "$(declare -f _at_terminal); _at_terminal 'nixos-container root-login $kind'" >/tmp/shown < <(sleep 60) &
    wait_until 20 pgrep -f '^sleep 1236'
    before=$(main_pid $kind)
    kill -KILL "$(machinectl show $kind --property=Leader --value)"
    exits_with 1 wait $pid
    exits_with 1 wait $!
    grep 'Lost the connection' /tmp/error
    grep 'Lost the connection' /tmp/shown
    wait_until 20 eval "[ \"\$(main_pid $kind)\" != $before ]"
    wait_until 20 eval "[ \"\$(nixos-container status $kind)\" = up ]"
    # One that is stopped does not wait for who is inside.
    nixos-container run $kind -- sleep 1237 2>/tmp/error &
    pid=$!
    wait_until 20 pgrep -f '^sleep 1237'
    before=$SECONDS
    nixos-container stop $kind
    [ $((SECONDS - before)) -lt 15 ]
    # What comes first: that what runs has ended, or that the container's D-Bus has.
    status=0
    wait $pid || status=$?
    case $status in
      143) grep Terminated /tmp/error ;;
      1) grep 'Lost the connection' /tmp/error ;;
      *) return 1 ;;
    esac
  done
}

cli_a_container_can_be_shut_down_from_inside() {
  _start_kinds
  local kind
  for kind in $_kinds; do
    # It may be ended itself before it is told that it has succeeded.
    nixos-container run $kind -- poweroff || true
    wait_until 20 is_inactive $kind
  done
}

cli_login_asks_for_a_name() {
  _start_kinds
  local kind
  for kind in $_kinds; do
    timeout -s KILL 60 bash -c "$(declare -f _at_terminal); _at_terminal 'timeout 3 nixos-container login $kind'" </dev/null >/tmp/shown || true
    cat -A /tmp/shown
    grep "Connected to machine $kind" /tmp/shown
  done
}

cli_show_ip_is_the_declared_address_or_one_that_it_has() {
  _declare_kinds
  [ "$(nixos-container show-ip plain)" = 10.0.0.2 ]
  [ "$(nixos-container show-ip pick)" = fd00:1::2 ]
  _says 'brief ' nixos-container show-ip brief
  declare_containers <<'YAML'
  own: { system: "{system}-wasabi", extraVeths: { x0: { hostAddress: 10.0.1.1, localAddress: 10.0.1.2 } } }
  none: { system: "{system}-wasabi", privateNetwork: true }
YAML
  _says ' own, ' nixos-container show-ip own
  nixos-container start own none
  [ "$(nixos-container show-ip own)" = 10.0.1.2 ]
  _says ' none, ' nixos-container show-ip none
  nixos-container run none -- sh -c 'ip link add name one type veth peer name two && ip address add 192.0.2.7/32 dev one'
  [ "$(nixos-container show-ip none)" = 192.0.2.7 ]
  nixos-container list --json | grep '"name": "none", "state": "up", "addresses": \["192.0.2.7"\]'
}

cli_show_host_key_is_the_containers_and_never_the_hosts() {
  _start_kinds
  local kind
  for kind in $_kinds; do
    _says "$kind has no SSH host key" nixos-container show-host-key $kind
    nixos-container run $kind -- sh -c 'mkdir -p /etc/ssh; echo key of ecdsa >/etc/ssh/ssh_host_ecdsa_key.pub'
    [ "$(nixos-container show-host-key $kind)" = 'key of ecdsa' ]
    nixos-container run $kind -- sh -c 'echo key of ed25519 >/root/key; ln -s /root/key /etc/ssh/ssh_host_ed25519_key.pub'
    [ "$(nixos-container show-host-key $kind)" = 'key of ed25519' ]
  done
  nixos-container run plain -- sh -c 'printf "ssh-ed25519 AAAA\033]0;odd\007" >/root/key'
  _says 'byte 0x1b at offset 16): /etc/ssh/ssh_host_ed25519_key.pub' \
    nixos-container show-host-key plain
  nixos-container run plain -- sh -c 'printf "two\nlines\n" >/root/key'
  _says 'byte 0x0a at offset 3)' nixos-container show-host-key plain
  nixos-container run plain -- sh -c 'head -c 16385 /dev/zero | tr "\0" x >/root/key'
  _says '16384 bytes' nixos-container show-host-key plain
  nixos-container run plain -- sh -c 'head -c 16384 /dev/zero | tr "\0" x >/root/key'
  [ "$(nixos-container show-host-key plain | wc -c)" = 16385 ]
  nixos-container run plain -- sh -c ': >/root/key'
  _says 'The SSH host key of plain is empty' nixos-container show-host-key plain
  echo of the host >/etc/secret
  nixos-container run plain -- ln -sf ../../../../../etc/secret /etc/ssh/ssh_host_ed25519_key.pub
  nixos-container run plain -- rm /etc/ssh/ssh_host_ecdsa_key.pub
  _says 'no SSH host key' nixos-container show-host-key plain
}

_has_logged() { nixos-container logs "$1" --since "$test_start" -o cat | grep "$2"; }

cli_logs_are_those_of_the_container() {
  _start_kinds
  journalctl --sync
  local kind
  for kind in $_kinds; do
    # What it says later goes to a console that is taken from it for a login prompt.
    wait_until 20 _has_logged $kind 'Basic System'
    nixos-container logs $kind --since "$test_start" -o json | sed 's/.*"_SYSTEMD_UNIT":"\([^"]*\)".*/\1/' | sort -u >/tmp/units
    [ "$(cat /tmp/units)" = container@$kind.service ]
  done
  nixos-container logs plain -f -n 1 >/tmp/followed &
  local pid=$!
  nixos-container stop plain
  wait_until 10 grep 'has been shut down' /tmp/followed
  kill $pid
}

cli_more_manifests_than_a_program_may_open_files_by_default_are_read() {
  local i
  for i in $(seq 1100); do
    printf 'version: 1\ncontainers: { c%i: { system: "%s-wasabi" } }\n' "$i" "$systems" >/etc/nixos-containers/$i.yaml
  done
  (
    ulimit -Sn 1024
    nixos-container check
    [ "$(nixos-container list | wc -l)" = 1100 ]
    [ "$(nixos-container plan)" = 'All containers are as declared.' ]
  )
}

cli_what_cannot_be_printed_is_an_error() {
  declare_containers <<'YAML'
  plain: { system: "{system}-wasabi", autoStart: true, privateNetwork: true, hostAddress: 10.0.0.1, localAddress: 10.0.0.2 }
YAML
  local command
  for command in list 'list --json' 'status plain' 'show-ip plain' plan 'plan --json' --version --help 'list --help'; do
    _says 'standard output: No space left on device' sh -c "exec nixos-container $command >/dev/full"
    _says 'standard output: Bad file descriptor' sh -c "exec nixos-container $command >&-"
  done
  # What prints nothing needs no standard output.
  nixos-container check >/dev/full
  nixos-container stop plain >&-
}

cli_says_so_without_machined_and_without_dbus() {
  _start_kinds
  local verb
  for verb in 'start plain' 'stop plain' 'terminate plain' 'root-login plain' 'status plain' 'list --json' apply; do
    _says 'connect to systemd: ' unshare --mount sh -c "mount -t tmpfs tmpfs /run/systemd && mount -t tmpfs tmpfs /run/dbus && exec nixos-container $verb"
  done
  systemctl mask --runtime --now systemd-machined.service
  _says 'systemd-machined ' nixos-container terminate plain
  exits_with 1 _at_terminal 'timeout 20 nixos-container root-login plain' </dev/null >/tmp/shown
  grep 'systemd-machined' /tmp/shown
  # Without a terminal nothing of it is needed.
  [ "$(nixos-container run plain -- echo fine)" = fine ]
  systemctl unmask --runtime systemd-machined.service
  systemctl stop dbus.socket dbus.service
  [ "$(nixos-container status plain)" = up ]
  nixos-container list --json | grep '"name": "plain", "state": "up"'
  _says 'D-Bus: ' nixos-container terminate plain
  exits_with 1 _at_terminal 'timeout 20 nixos-container root-login plain' </dev/null >/tmp/shown
  grep 'D-Bus: ' /tmp/shown
  _says 'connect to systemd: ' $_as_nobody nixos-container status plain
  nixos-container stop pick
  systemctl start dbus.socket dbus.service
  # As D-Bus was gone, machined does not know of them any more.
  systemctl restart systemd-machined
  nixos-container stop plain brief
  # One whose own D-Bus does not run.
  nixos-container start plain
  nixos-container run plain -- systemctl mask --runtime --now dbus.service dbus.socket || true
  _says 'D-Bus in plain' nixos-container run plain -- true
}

cli_help_is_there_for_each_verb() {
  local verb
  nixos-container --help >/tmp/help
  for verb in list status start stop restart terminate login root-login run show-ip show-host-key logs check plan apply create update destroy; do
    grep "^  $verb " /tmp/help
    nixos-container $verb --help | grep "^Usage: nixos-container $verb"
  done
  nixos-container --version | grep -E '^nixos-container [0-9]'
  # That of what is run is not meant.
  declare_containers <<'YAML'
  plain: { system: "{system}-wasabi" }
YAML
  nixos-container start plain
  nixos-container run plain -- ls --help | grep 'Usage: ls'
}

cli_destroy_of_a_root_that_is_a_mount() {
  mkdir -p /srv/root /var/lib/nixos-containers/mounted
  mount --bind /srv/root /var/lib/nixos-containers/mounted
  nixos-container create mounted --system-path $systems-wasabi --use-host-network
  nixos-container start mounted
  nixos-container destroy --yes mounted
  [ ! -e /var/lib/nixos-containers/mounted ]
  [ -d /srv/root ]
}

# Until it is ended, what are directories in $1 are links to /srv/host, and directories again.
_exchange_all_the_time() {
  perl -e '
    for (1 .. 100000) {
      for (glob "$ARGV[0]/d*") {
        next if /away|link/;
        symlink "/srv/host", "$_.link";
        rename $_, "$_.away" and rename "$_.link", $_ and unlink $_;
        rename "$_.away", $_;
      }
    }' "$1"
}

cli_destroy_deletes_nothing_elsewhere_whatever_is_exchanged_meanwhile() {
  local root=/var/lib/nixos-containers/made destroying exchanging i
  mkdir -p /srv/host/mounted
  touch /srv/host/{mounted,}/file
  mount --bind /srv/host/mounted /srv/host/mounted
  nixos-container create made --system-path $systems-wasabi --use-host-network
  # What is unmounted is what is below the root,
  mkdir -p $root/d/mounted
  mount --bind /srv/host $root/d/mounted
  LD_PRELOAD=/tests/fault.so FAULT_AT=1 FAULT_OF=umount2 FAULT_STOP=1 nixos-container destroy --yes made &
  destroying=$!
  wait_until 10 grep '^State:.T' /proc/$destroying/status
  mv $root/d $root/away
  ln -s /srv/host $root/d
  kill -CONT $destroying
  wait $destroying
  [ ! -e $root ]
  mountpoint /srv/host/mounted
  # and so is what is deleted. Who writes there meanwhile may keep it from being done at once.
  for ((i = 0; i < 3; i++)); do
    nixos-container create made --system-path $systems-wasabi --use-host-network
    mkdir -p $root/d{1..20}/{1..20}/{1..5}
    _exchange_all_the_time $root &
    exchanging=$!
    nixos-container destroy --yes made || true
    pkill -P $exchanging || true
    wait $exchanging || true
    nixos-container destroy --yes made
    [ ! -e $root ]
    [ -e /srv/host/file ]
    [ -e /srv/host/mounted/file ]
  done
  umount /srv/host/mounted
  rm -r /srv/host
}

cli_an_update_while_the_container_starts_activates_the_new_system() {
  nixos-container create made --system-path $systems-slow --use-host-network
  systemctl start --no-block container@made
  wait_until 20 is activating container@made
  nixos-container update made --system-path $systems-old
  grep -x "test $systems-old/bin/switch-to-configuration" /var/lib/nixos-containers/made/etc/switched
  [ "$(state made)" = active ]
  planned=$(nixos-container plan)
  [ "$planned" = 'All containers are as declared.' ]
  # While it stops there is nothing to activate.
  systemctl stop --no-block container@made
  nixos-container update made --system-path $systems-wasabi
  nixos-container start made
  [ "$(nixos-container run made -- readlink /nix/var/nix/profiles/system)" = $systems-wasabi ]
  # Of two at once the second says what the first has left it.
  nixos-container destroy --yes made &
  exits_with 0 nixos-container destroy --yes made
  wait $!
  [ ! -e /var/lib/nixos-containers/made ]
}

cli_create_has_upstreams_options() {
  nixos-container create web --system-path $systems-wasabi --auto-start --host-address 10.1.0.1 --local-address 10.1.0.2 \
    --port 8080:80,udp:53 --port tcp:81:82
  [ "$(sed '/^#/d' /etc/nixos-containers/web.yaml)" = "version: 1
containers:
  \"web\":
    system: \"$systems-wasabi\"
    autoStart: true
    privateNetwork: true
    hostAddress: \"10.1.0.1\"
    localAddress: \"10.1.0.2\"
    forwardPorts:
      - { protocol: tcp, hostPort: 8080, containerPort: 80, openFirewall: true }
      - { protocol: udp, hostPort: 53, containerPort: 53, openFirewall: true }
      - { protocol: tcp, hostPort: 81, containerPort: 82, openFirewall: true }" ]
  [ -e /run/systemd/generator/container@web.service ]
  systemctl show -P WantedBy container@web | grep machines.target
  nixos-container start web
  page 10.1.0.1:8080
  nixos-container destroy --yes web
  ip link add br0 type bridge
  nixos-container create bridged --system-path $systems-wasabi --bridge br0
  nixos-container start bridged
  ip link show dev vb-bridged | grep 'master br0'
  nixos-container destroy --yes bridged
  ip link delete br0
}

cli_create_sets_any_option() {
  local options
  mkdir -p /srv/{data,two}
  nixos-container create web --system-path $systems-wasabi --set localAddress=10.1.0.2/24 --set hostAddress=10.1.0.1 --set timeoutStartSec=5min \
    --set 'bindMounts."/data.d".hostPath=/srv/data' --bind /srv/one --bind /srv/two:/two:ro \
    --set 'forwardPorts=[{hostPort: 8080, containerPort: 80}]' 2>/tmp/said
  grep -x 'To start it, run: nixos-container start web' /tmp/said
  [ "$(sed '/^#/d' /etc/nixos-containers/web.yaml)" = "version: 1
containers:
  \"web\":
    system: \"$systems-wasabi\"
    privateNetwork: true
    localAddress: \"10.1.0.2/24\"
    hostAddress: \"10.1.0.1\"
    timeoutStartSec: \"5min\"
    bindMounts:
      \"/data.d\":
        hostPath: \"/srv/data\"
      \"/srv/one\":
        hostPath: \"/srv/one\"
        isReadOnly: false
      \"/two\":
        hostPath: \"/srv/two\"
        isReadOnly: true
    forwardPorts: [{\"hostPort\": 8080, \"containerPort\": 80}]" ]
  eval "$(sed -n 's/^To start it, run: //p' /tmp/said)"
  page 10.1.0.1:8080
  inside web touch /srv/one/file
  [ -e /srv/one/file ]
  fails inside web touch /two/file
  nixos-container destroy --yes web
  # What cannot be is said before anything is built, as it was written.
  _install_nix
  for options in timeoutStartSec=soon nowhere=1 bindMounts.x.hostPath=/x 'forwardPorts=[{hostPort: 0}]'; do
    _says "Invalid --set $options: " nixos-container create web --set "$options"
  done
  _says 'privateNetwork=true conflicts with --use-host-network' nixos-container create web --use-host-network --set privateNetwork=true
  [ ! -e /tmp/nix-calls ]
  # Nix's own options.
  nixos-container create web --flake /srv/flake --set privateNetwork=false -- --override-input nixpkgs path:/x
  grep -E '^nix build .*nixosConfigurations.* --override-input nixpkgs path:/x$' /tmp/nix-calls
  nixos-container update web --config '# new' -- --option cores 2
  grep -E '^nix-env .* --attr system --option cores 2$' /tmp/nix-calls
  nixos-container destroy --yes web
  _remove_nix
}

cli_edit_installs_no_manifest_with_errors() {
  local file=/etc/nixos-containers/web.yaml
  nixos-container create web --system-path $systems-wasabi --use-host-network
  nixos-container start web
  cp $file /tmp/before
  # One that is wrong, without a terminal.
  _says "containers.web.timeoutStartSec: " env VISUAL='sh -c '"'"'sed -i "s/web\":/&\n    timeoutStartSec: soon/" "$1"'"'"' -' nixos-container edit web
  grep -F "$file:" /tmp/said
  cmp /tmp/before $file
  # An editor that fails, and one that changes nothing.
  _says 'The editor failed' env VISUAL=false nixos-container edit web
  EDITOR=true VISUAL='' nixos-container edit web | grep -x 'web runs as declared.'
  cmp /tmp/before $file
  # Somebody else has changed it meanwhile.
  _says 'somebody else' env VISUAL="sh -c 'echo \"# a\" >>$file; echo \"# b\" >>\"\$1\"' -" nixos-container edit web
  cp /tmp/before $file
  # On a terminal, it is asked for again.
  printf '%s\n' '#!/bin/sh' 'if [ -e /tmp/edited ]; then sed -i s/soon/5min/ "$2"; else sed -i "s/\"web\":/&\n    timeoutStartSec: soon\n    memoryMax: 1G/" "$2"; fi' \
    'touch /tmp/edited' >/tmp/editor
  chmod +x /tmp/editor
  rm -f /tmp/edited
  VISUAL='/tmp/editor --wait' _at_terminal 'nixos-container edit web' <<<'y' | tee /tmp/said
  grep 'Edit it again?' /tmp/said
  grep 'web: .*restart' /tmp/said
  grep 'nixos-container apply' /tmp/said
  grep 'timeoutStartSec: 5min' $file
  # It is not applied, unless asked to.
  planned
  EDITOR=true nixos-container edit web --apply
  nixos-container plan
  [ -z "$(find /etc/nixos-containers -name '.*')" ]
  declare_containers <<'YAML'
  one: { system: "{system}-wasabi" }
YAML
  _says "one cannot be edited: it is declared in $manifest:3" nixos-container edit one
  nixos-container destroy --yes web
}

cli_a_create_that_fails_changes_no_state_that_was_there() {
  local i options before profiles=/nix/var/nix/profiles/per-container/foo
  _install_nix
  mkdir -p /var/lib/nixos-containers/foo/etc/nixos $profiles
  echo mine >/var/lib/nixos-containers/foo/etc/nixos/configuration.nix
  ln -s system-7-link $profiles/system
  before=$(_created)
  # What cannot be is said before anything is built.
  for options in --port=http --local-address=1.2.3 --host-address=x --bridge=a/b; do
    exits_with 1 nixos-container create foo $options
    [ ! -e /tmp/nix-calls ]
  done
  for i in $(seq 254); do
    echo "  c$i: { system: \"$systems-wasabi\", privateNetwork: true, localAddress: 10.233.$i.2 }"
  done | sed '1i version: 1\ncontainers:' >"$manifest"
  _says 'All networks 10.233.N.0 ' nixos-container create foo
  rm "$manifest"
  [ ! -e /tmp/nix-calls ]
  # And what fails afterwards is undone.
  _says 'connect to systemd: ' unshare --mount sh -c 'mount -t tmpfs tmpfs /run/systemd && mount -t tmpfs tmpfs /run/dbus && exec nixos-container create foo'
  grep -F 'nix-env' /tmp/nix-calls
  [ "$(_created)" = "$before" ]
  [ "$(cat /var/lib/nixos-containers/foo/etc/nixos/configuration.nix)" = mine ]
  [ "$(readlink $profiles/system)" = system-7-link ]
  # A profile that was not there is not there again.
  rm $profiles/system
  _says 'connect to systemd: ' unshare --mount sh -c 'mount -t tmpfs tmpfs /run/systemd && mount -t tmpfs tmpfs /run/dbus && exec nixos-container create foo'
  [ "$(ls $profiles)" = '' ]
  mkdir $profiles/system
  _says "$profiles/system already exists" nixos-container create foo
  rmdir $profiles/system
  nixos-container create foo --config '# new'
  grep -x '# new' /var/lib/nixos-containers/foo/etc/nixos/configuration.nix
  nixos-container destroy --yes foo
  _remove_nix
}

# A Nix that makes a system of any configuration: the profile is that of "wasabi", or "old" or "unwilling" where the configuration says so. What it has
# built from is in /tmp/built-from then. Like Nix, it follows where the lock of a profile leads. $NIX_THEN is run at its end.
_install_nix() {
  cat >/usr/bin/nix-env <<'NIX'
#!/bin/bash
echo "nix-env $*" >>/tmp/nix-calls
profile= system=wasabi
while [ $# -gt 0 ]; do
  case $1 in
    --profile) profile=$2; shift ;;
    -I) rm -rf /tmp/built-from; cp -r "$(dirname "${2#nixos-config=}")" /tmp/built-from
      grep -q 'the old one' "${2#nixos-config=}" && system=old
      grep -q 'an unwilling one' "${2#nixos-config=}" && system=unwilling; grep -q syntax-error "${2#nixos-config=}" && exit 1
      sleep "${NIX_SLEEP:-0}" & trap "kill $!" TERM; wait $! || exit 1; shift ;;
  esac
  shift
done
touch "$profile.lock"
ln -sfn "/nix/store/00000000000000000000000000000000-nixos-system-$system" "$profile-1-link"
ln -sfn system-1-link "$profile"
eval "${NIX_THEN-}"
NIX
  cat >/usr/bin/nix <<'NIX'
#!/bin/bash
echo "nix $*" >>/tmp/nix-calls
while [ $# -gt 0 ]; do [ "$1" != --profile ] || profile=$2; shift; done
ln -sfn /nix/store/00000000000000000000000000000000-nixos-system-wasabi "$profile-1-link"
ln -sfn system-1-link "$profile"
NIX
  chmod +x /usr/bin/nix /usr/bin/nix-env
  rm -f /tmp/nix-calls
}

_remove_nix() { rm /usr/bin/nix /usr/bin/nix-env; }

cli_create_and_update_build_with_nix() {
  _install_nix
  nixos-container create a --config 'services.x.enable = true;'
  cat /tmp/nix-calls
  grep -x 'nix-env --profile /run/nixos-container/system --file <nixpkgs/nixos> -I nixos-config=/run/nixos-container/nixos/configuration.nix --set --attr system' /tmp/nix-calls
  cat /var/lib/nixos-containers/a/etc/nixos/configuration.nix
  grep -x 'services.x.enable = true;' /var/lib/nixos-containers/a/etc/nixos/configuration.nix
  if command -v nix-instantiate >/dev/null; then nix-instantiate --parse /var/lib/nixos-containers/a/etc/nixos/configuration.nix; fi
  nixos-container start a
  # Without an option: from the same as before, with what was edited since, and from what that imports.
  sed -i 's/services.x.enable = true;/imports = [ lib\/a.nix ];/' /var/lib/nixos-containers/a/etc/nixos/configuration.nix
  nixos-container run a -- sh -c 'mkdir /etc/nixos/lib; echo "{ }" >/root/a.nix; ln -s /root/a.nix /etc/nixos/lib/'
  nixos-container update a
  cmp /tmp/built-from/configuration.nix /var/lib/nixos-containers/a/etc/nixos/configuration.nix
  [ "$(cat /tmp/built-from/lib/a.nix)" = '{ }' ]
  [ ! -e /run/nixos-container ]
  nixos-container update a --config '# the old one' --nixos-path /srv/nixos
  grep -e '--file /srv/nixos ' /tmp/nix-calls
  grep "system: \"$systems-old\"" /etc/nixos-containers/a.yaml
  # A build that fails changes nothing.
  _says 'Failed to build' nixos-container update a --config syntax-error
  grep 'the old one' /var/lib/nixos-containers/a/etc/nixos/configuration.nix
  [ ! -e /var/lib/nixos-containers/a/etc/nixos/configuration.nix.new ]
  grep "system: \"$systems-old\"" /etc/nixos-containers/a.yaml
  echo '{ }' >/srv/module.nix
  (cd /srv && nixos-container update a --config-file module.nix)
  grep -F '(/. + "/srv/module.nix")' /var/lib/nixos-containers/a/etc/nixos/configuration.nix
  nixos-container destroy --yes a

  mkdir -p /srv/flake
  (cd /srv/flake && nixos-container create b --flake '.#web' --refresh)
  grep -x 'nix build --extra-experimental-features nix-command flakes --no-link --profile /run/nixos-container/system /srv/flake#nixosConfigurations."web".config.system.build.toplevel --refresh' /tmp/nix-calls
  nixos-container update b
  grep -x 'nix build .* /srv/flake#nixosConfigurations."web".config.system.build.toplevel' /tmp/nix-calls
  nixos-container update b --flake github:x/y
  grep 'github:x/y#nixosConfigurations."container".config' /tmp/nix-calls
  [ "$(grep flake /etc/nixos-containers/b.yaml)" = '# flake: "github:x/y"' ]
  nixos-container update b --system-path $systems-old
  [ "$(realpath /nix/var/nix/profiles/per-container/b/system)" = $systems-old ]
  [ "$(readlink /nix/var/nix/profiles/per-container/b/system-1-link)" = $systems-wasabi ]
  fails grep flake /etc/nixos-containers/b.yaml
  nixos-container destroy --yes b
  _remove_nix
}

cli_an_update_that_cannot_be_activated_changes_no_configuration() {
  local configuration=/var/lib/nixos-containers/a/etc/nixos/configuration.nix
  _install_nix
  nixos-container create a --config '# the first'
  nixos-container start a
  cp -p $configuration /tmp/first
  _says 'the old one was reactivated' nixos-container update a --config '# an unwilling one'
  cmp /tmp/first $configuration
  [ "$(ls -A "$(dirname $configuration)")" = configuration.nix ]
  _says 'connect to systemd: ' unshare --mount sh -c 'mount -t tmpfs tmpfs /run/systemd && mount -t tmpfs tmpfs /run/dbus &&
    exec nixos-container update a --config "# the old one"'
  cmp /tmp/first $configuration
  grep "system: \"$systems-wasabi\"" /etc/nixos-containers/a.yaml
  [ "$(realpath /nix/var/nix/profiles/per-container/a/system)" = $systems-wasabi ]
  nixos-container update a --config '# the old one'
  grep -x '# the old one' $configuration
  nixos-container run a -- sh -c 'cd /etc/nixos; rm configuration.nix; mkdir configuration.nix'
  _says 'a has its new system, but not the configuration' nixos-container update a --config '# new'
  grep "system: \"$systems-wasabi\"" /etc/nixos-containers/a.yaml
  [ "$(ls -A "$(dirname $configuration)")" = configuration.nix ]
  nixos-container destroy --yes a
  _remove_nix
}

cli_a_container_leads_create_and_update_to_no_file_of_the_host() {
  _install_nix
  mkdir -p /srv/host /var/lib/nixos-containers/a/etc
  echo precious | tee /srv/host/configuration.nix >/srv/host/file
  ln -s /srv/host /var/lib/nixos-containers/a/etc/nixos
  _says '/var/lib/nixos-containers/a/etc/nixos/configuration.nix: File exists' nixos-container create a
  rm /var/lib/nixos-containers/a/etc/nixos
  nixos-container create a --config ''
  nixos-container start a

  # Where the directory is a link, it is written where that leads in the container.
  nixos-container run a -- sh -c 'rm -r /etc/nixos; mkdir -p /srv/host; ln -s ../../../../../../srv/host /etc/nixos'
  nixos-container update a --config '# the first'
  grep -x '# the first' /var/lib/nixos-containers/a/srv/host/configuration.nix
  nixos-container run a -- sh -c 'rm /etc/nixos; mkdir /etc/nixos; ln -s /srv/host/file /etc/nixos/configuration.nix
    ln -s /srv/host/file /etc/nixos/configuration.nix.new'
  nixos-container update a --config '# the second'
  grep -x '# the second' /tmp/built-from/configuration.nix
  [ ! -L /var/lib/nixos-containers/a/etc/nixos/configuration.nix ]
  grep -x '# the second' /var/lib/nixos-containers/a/etc/nixos/configuration.nix

  # Nix gets to see only what is in the container.
  nixos-container run a -- sh -c 'cd /etc/nixos; ln -s /srv/host/file file.nix; ln -s /srv/host/ directory; ln -s . loop; mkfifo fifo'
  nixos-container update a
  grep -x '# the second' /tmp/built-from/configuration.nix
  [ "$(ls /tmp/built-from)" = $'configuration.nix\ndirectory\nloop' ]
  grep -x '# the first' /tmp/built-from/directory/configuration.nix
  nixos-container run a -- ln -sf /srv/host/file /etc/nixos/configuration.nix
  _says 'specify --system-path' nixos-container update a
  nixos-container run a -- truncate --size 40M /etc/nixos/large
  nixos-container run a -- truncate --size 40M /etc/nixos/as-large
  _says '/var/lib/nixos-containers/a/etc/nixos for the build: larger than 64 MiB' \
    nixos-container update a --config ''
  nixos-container run a -- sh -c 'rm -r /etc/nixos; touch /etc/nixos'
  _says '/var/lib/nixos-containers/a/etc/nixos/configuration.nix: Not a directory' nixos-container update a --config ''
  [ ! -e /run/nixos-container ]
  [ "$(cat /srv/host/*)" = $'precious\nprecious' ]
  nixos-container stop a
  rm -r /var/lib/nixos-containers/a
  _says 'specify --system-path' nixos-container update a
  nixos-container destroy --yes a
  _remove_nix
}

cli_a_container_has_no_say_in_which_system_it_gets() {
  local profiles=/nix/var/nix/profiles/per-container/a own=/nix/var/nix/per-container/a/profiles
  _install_nix
  nixos-container create a --config ''
  nixos-container start a
  # What root in the container can do at any time, so also while its system is built.
  nixos-container run a -- sh -c 'cd /nix/var/nix/profiles; mkdir /evil; ln -s /etc/made system.lock; ln -s /evil x; mv -T x system'
  [ "$(readlink $own/system)" = /evil ]
  [ "$(realpath $profiles/system)" = $systems-wasabi ]
  NIX_THEN="ln -sfn /var/lib/nixos-containers/a/evil $own/system" nixos-container update a
  grep "system: \"$systems-wasabi\"" /etc/nixos-containers/a.yaml
  [ "$(realpath $profiles/system)" = $systems-wasabi ]
  [ ! -e /etc/made ]
  # The old system is that of the manifest, too.
  nixos-container run a -- sh -c 'cd /nix/var/nix/profiles; ln -sfn /evil system; ln -sfn /evil system.before'
  _says 'the old one was reactivated' nixos-container update a --system-path $systems-unwilling
  [ "$(realpath $profiles/system)" = $systems-wasabi ]
  grep "system: \"$systems-wasabi\"" /etc/nixos-containers/a.yaml
  # What cannot be a link is said, of the host's too.
  nixos-container run a -- sh -c 'cd /nix/var/nix/profiles; rm system; mkdir system'
  nixos-container update a
  has_logged a "container a its system $systems-wasabi as /nix/var/nix/profiles/system: Is a directory"
  rm $profiles/system
  mkdir $profiles/system
  _says "$profiles/system already exists and is not a symbolic link" nixos-container update a
  nixos-container destroy --yes a
  _remove_nix
}

# _is_interrupted SIGNAL PATTERN COMMAND…: succeeds if the command fails within 20 s after it was sent the signal, which is as soon as
# there is a process of the pattern. What it says is in /tmp/said.
_is_interrupted() {
  local signal=$1 pattern=$2 pid before
  shift 2
  # Not as a background job, which would ignore SIGINT.
  env --default-signal timeout -s KILL 60 "$@" >/tmp/said 2>&1 &
  wait_until 20 pgrep -f "$pattern"
  pid=$(pgrep -P $!)
  before=$SECONDS
  kill -$signal $pid
  exits_with 1 wait $!
  cat /tmp/said
  [ $((SECONDS - before)) -lt 20 ]
  fails pgrep -f "$pattern"
}

# Has systemd take 3 s to load its units, which _remove_slow_generator ends.
_install_slow_generator() {
  mkdir -p /run/systemd/system-generators
  printf '#!/bin/sh\nexec sleep 3.1\n' >/run/systemd/system-generators/slow
  chmod +x /run/systemd/system-generators/slow
}

_remove_slow_generator() { rm /run/systemd/system-generators/slow; }

cli_an_interrupted_create_leaves_nothing() {
  _install_nix
  local before signal
  before=$(_created)
  for signal in INT TERM HUP QUIT; do
    NIX_SLEEP=30 _is_interrupted $signal '^sleep 30' nixos-container create foo --config ''
    grep -ix 'interrupted.* nothing .*' /tmp/said
    [ "$(_created)" = "$before" ]
    [ ! -e /run/nixos-container ]
  done
  _install_slow_generator
  _is_interrupted TERM '^sleep 3.1' nixos-container create foo --config ''
  grep -ix 'interrupted.* nothing .*' /tmp/said
  _remove_slow_generator
  [ "$(_created)" = "$before" ]
  [ "$(systemctl show -P LoadState container@foo)" = not-found ]
  # A signal that is ignored stays so.
  NIX_SLEEP=3.2 env --ignore-signal=HUP nixos-container create foo --config '' &
  wait_until 20 pgrep -f '^sleep 3.2'
  kill -HUP $!
  wait $!
  nixos-container destroy --yes foo
  _remove_nix
}

cli_destroy_removes_what_a_create_that_was_killed_has_left() {
  local before pid profiles=/nix/var/nix/profiles/per-container gcroots=/nix/var/nix/gcroots/per-container
  _install_nix
  before=$(_created)
  NIX_SLEEP=30 nixos-container create foo --config '' &
  pid=$!
  wait_until 20 pgrep -f '^sleep 30'
  kill -KILL $pid
  kill "$(pgrep -f '^sleep 30')"
  exits_with 137 wait $pid
  [ -e /run/nixos-container ]
  mkdir -p $profiles/foo $gcroots/foo
  ln -s $systems-wasabi $profiles/foo/system
  # As long as it is not known whether somebody needs it, it stays.
  echo 'version: [' >"$manifest"
  _says "nothing was deleted. Existing files: $profiles/foo $gcroots/foo" nixos-container destroy --yes foo
  rm "$manifest"
  [ -e $profiles/foo/system ]
  mkdir -p /var/lib/nixos-containers/foo
  _says "its state: /var/lib/nixos-containers/foo $profiles/foo $gcroots/foo" nixos-container destroy --yes foo
  [ -e $profiles/foo/system ]
  rmdir /var/lib/nixos-containers/foo
  declare_containers <<'YAML'
  foo: { system: "{system}-wasabi" }
YAML
  _says 'it is declared in /etc/nixos-containers/' nixos-container destroy --yes foo
  [ -e $profiles/foo/system ]
  rm "$manifest"
  # What it has installed itself may be needed, too.
  mkdir -p /nix/var/nix/per-container/foo/profiles
  _says "its state: /nix/var/nix/per-container/foo $profiles/foo $gcroots/foo" nixos-container destroy --yes foo
  rm -r /nix/var/nix/per-container/foo
  nixos-container destroy --yes foo
  [ ! -e $profiles/foo ]
  [ ! -e $gcroots/foo ]
  [ ! -e /run/nixos-container ]
  [ "$(_created)" = "$before" ]
  nixos-container destroy --yes foo

  # Killed later, it can be gone on with as well.
  _install_slow_generator
  nixos-container create foo --config '' &
  pid=$!
  wait_until 20 pgrep -f '^sleep 3.1'
  kill -KILL $pid
  exits_with 137 wait $pid
  _remove_slow_generator
  [ -e /etc/nixos-containers/foo.yaml ]
  nixos-container destroy --yes foo
  [ ! -e /run/nixos-container ]
  [ "$(_created)" = "$before" ]
  _remove_nix
}

cli_an_update_that_is_interrupted_as_it_builds_changes_nothing() {
  local configuration=/var/lib/nixos-containers/a/etc/nixos/configuration.nix before signal
  _install_nix
  nixos-container create a --config '# the first'
  nixos-container start a
  cp $configuration /tmp/first
  before=$(_created | grep -v "${configuration%/etc/nixos/*}/")
  for signal in INT TERM HUP QUIT; do
    NIX_SLEEP=30 _is_interrupted $signal '^sleep 30' nixos-container update a --config '# the old one'
    grep -ix 'interrupted.* nothing .*' /tmp/said
    [ ! -e /run/nixos-container ]
  done
  [ "$(_created | grep -v "${configuration%/etc/nixos/*}/")" = "$before" ]
  _install_slow_generator
  _is_interrupted TERM '^sleep 3.1' nixos-container update a --config '# the old one'
  grep -ix 'interrupted.* nothing .*' /tmp/said
  _remove_slow_generator
  cmp /tmp/first $configuration
  [ ! -e $configuration.new ]
  grep "system: \"$systems-wasabi\"" /etc/nixos-containers/a.yaml
  [ "$(realpath /nix/var/nix/profiles/per-container/a/system)" = $systems-wasabi ]
  fails nixos-container run a -- grep "$systems-old" /etc/switched
  nixos-container destroy --yes a
  _remove_nix
}

# _make_lasting NAME SECONDS: a system whose activation takes so long.
_make_lasting() {
  cp -r $systems-old $systems-$1
  printf '#!/bin/sh\necho "$1 $0" >>/etc/switched\nexec sleep %s\n' $2 >$systems-$1/bin/switch-to-configuration
}

cli_an_update_that_is_interrupted_as_it_activates_returns_to_the_old_system() {
  local signal before
  _make_lasting lasting 1238
  _make_lasting lasting-too 1239
  nixos-container create a --system-path $systems-wasabi
  nixos-container start a
  before=$(main_pid a)
  for signal in INT TERM HUP QUIT; do
    _is_interrupted $signal '^sleep 1238' nixos-container update a --system-path $systems-lasting
    grep -i '^interrupted.* old system .*a\.$' /tmp/said
    grep ' a (interrupted).* old one .*' /tmp/said
    [ "$(tail -n 1 /var/lib/nixos-containers/a/etc/switched)" = "test $systems-wasabi/bin/switch-to-configuration" ]
    grep "system: \"$systems-wasabi\"" /etc/nixos-containers/a.yaml
    systemctl cat container@a | grep -F $systems-wasabi/init
    [ "$(realpath /nix/var/nix/profiles/per-container/a/system)" = $systems-wasabi ]
    nixos-container list --json | grep -F '"name": "a", "state": "up", "addresses": ["10.233.1.2"], "system": "'$systems-wasabi'"'
  done
  [ "$(main_pid a)" = "$before" ]
  nixos-container destroy --yes a

  # The return can be interrupted as well.
  nixos-container create a --system-path $systems-lasting-too
  nixos-container start a
  env --default-signal nixos-container update a --system-path $systems-lasting >/tmp/said 2>&1 &
  wait_until 20 pgrep -f '^sleep 1238'
  kill $!
  wait_until 20 pgrep -f '^sleep 1239'
  before=$SECONDS
  kill $!
  exits_with 1 wait $!
  [ $((SECONDS - before)) -lt 20 ]
  cat /tmp/said
  grep 'in a (interrupted).* nixos-container restart a\.' /tmp/said
  grep "system: \"$systems-lasting-too\"" /etc/nixos-containers/a.yaml
  nixos-container restart a
  nixos-container destroy --yes a
  rm -r $systems-lasting $systems-lasting-too
}

cli_creates_at_the_same_time_get_different_addresses() {
  local pids=() pid i
  for i in 1 2 3 4 5 6; do
    nixos-container create c --ensure-unique-name --system-path $systems-wasabi &
    pids+=($!)
  done
  for pid in "${pids[@]}"; do wait "$pid"; done
  [ "$(nixos-container list | wc -l)" = 6 ]
  [ "$(grep -h localAddress /etc/nixos-containers/c-*.yaml | sort -u | wc -l)" = 6 ]
  nixos-container check
  for i in $(nixos-container list); do nixos-container destroy --yes "$i"; done
}

cli_nobody_but_root_can_keep_create_and_destroy_waiting() {
  local blocker
  mkdir -p /run/lock
  chmod 1777 /run/lock
  # Whatever a user locks, or makes in the way of a lock.
  $_as_nobody bash -c 'umask 0; exec 9>/run/lock/nixos-container && flock 9 && echo locked && exec sleep 60' >/tmp/blocker &
  blocker=$!
  wait_until 20 grep locked /tmp/blocker
  timeout -s KILL 20 nixos-container create a --system-path $systems-wasabi
  kill $blocker
  rm /run/lock/nixos-container
  $_as_nobody mkdir /run/lock/nixos-container
  timeout -s KILL 20 nixos-container destroy --yes a
  rmdir /run/lock/nixos-container
  fails $_as_nobody flock --nonblock /run/nixos-container.lock true
}

_verbs() { nixos-container --help | sed -n 's/^  \([a-z-]*\)  *[^ ].*/\1/p' | grep -v '^--' | sort; }

# What bash completes the words to, of which the last is to be completed.
_complete_bash() {
  bash --norc -c '. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _nixos_container; printf "%s\n" "${COMPREPLY[@]}"' bash \
    $_completion/bash-completion/completions/nixos-container nixos-container "$@" | sort
}

cli_completion_for_bash() {
  _start_kinds
  [ "$(_complete_bash '' | grep -v '^-')" = "$(_verbs)" ]
  # bash takes hosts apart.
  local host
  for host in '-H a' '-H root @ a : 22' '-Ha' '--host = root @ a' '-H [ ::1 ] : 22' '-H root @ [ ::1 ]'; do
    [ "$(_complete_bash $host st)" = $'start\nstatus\nstop' ]
    [ "$(_complete_bash $host list --j)" = --json ]
    # Those of this host are not those of another.
    [ "$(_complete_bash $host status p)" = '' ]
  done
  [ "$(_complete_bash st)" = $'start\nstatus\nstop' ]
  [ "$(_complete_bash status p)" = $'pick\nplain' ]
  [ "$(_complete_bash status plain '')" = '' ]
  [ "$(_complete_bash start plain b)" = brief ]
  [ "$(_complete_bash run plain '')" = -- ]
  [ "$(_complete_bash list --j)" = --json ]
  _complete_bash create x -- | grep -x -e --system-path=
  [ "$(_complete_bash create x --system-path = /nix/sto)" = /nix/store ]
  # In a real one: typed, completed and run.
  printf '. %s\nnixos-container status pla\t\nexit\n' $_completion/bash-completion/completions/nixos-container |
    _at_terminal 'bash --norc -i' >/tmp/shown
  cat -A /tmp/shown
  tr '\r' '\n' </tmp/shown | grep -x up
}

cli_completion_for_zsh() {
  command -v zsh >/dev/null || { echo 'there is no zsh'; exit 77; }
  _start_kinds
  local words
  for words in 'status pla:status plain' 'show-i\tpic:show-ip pick' 'list --js:list --json' 'destr:destroy' '-H a list --js:-H a list --json'; do
    {
      printf 'fpath=(%s $fpath); autoload -U compinit; compinit -u -D; setopt nobeep\n' \
        $_completion/zsh/site-functions
      printf 'nixos-container() { if [[ $* = list ]]; then command nixos-container list; else print -r -- "is: $*"; fi; }\n'
      sleep 2
      printf 'nixos-container %b\t\n' "${words%:*}"
      sleep 1
      printf 'exit\n'
    } | TERM=dumb _at_terminal 'zsh -f -i' >/tmp/shown
    cat -A /tmp/shown
    tr -d '\r' </tmp/shown | grep -E "^is: ${words#*:} *$"
  done
}

cli_completion_for_fish() {
  command -v fish >/dev/null || { echo 'there is no fish'; exit 77; }
  _start_kinds
  _complete_fish() { fish --no-config -c "source $_completion/fish/vendor_completions.d/nixos-container.fish; complete -C '$1'" | cut -f 1 | sort; }
  [ "$(_complete_fish 'nixos-container ')" = "$(_verbs)" ]
  [ "$(_complete_fish 'nixos-container status p')" = $'pick\nplain' ]
  [ "$(_complete_fish 'nixos-container status plain ')" = '' ]
  [ "$(_complete_fish 'nixos-container start plain b')" = brief ]
  [ "$(_complete_fish 'nixos-container list --j')" = --json ]
  _complete_fish 'nixos-container -H a status p' >/tmp/completed
  fails grep -x plain /tmp/completed
  [ "$(_complete_fish 'nixos-container -H a list --j')" = --json ]
  _complete_fish 'nixos-container create x --' | grep -x -e --system-path
}
