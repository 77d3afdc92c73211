# SPDX-License-Identifier: MIT
# Containers whose system is deployed separately, and generations: update, rollback, generations.
# shellcheck shell=bash disable=SC2154,SC2086,SC2016

_profiles=/nix/var/nix/profiles/per-container

_declare_deployed() {
  declare_containers <<YAML
  web: { system: /nix/var/nix/profiles/system, ${1-} }
YAML
}

# What an earlier test, or an earlier version of this project, has deployed.
_forget_systems() {
  systemctl stop container@web 2>/dev/null || true
  rm -rf $_profiles/web /var/lib/nixos-containers/web /nix/var/nix/per-container/web
}

# _says TEXT COMMAND…: succeeds if the command fails and says TEXT, within 60 s.
_says() {
  local text=$1 status=0
  shift
  timeout -s KILL 60 "$@" >/tmp/said 2>&1 </dev/null || status=$?
  cat /tmp/said
  [ $status -eq 1 ] && grep -qF "$text" /tmp/said
}

# _is_deployed NUMBER SYSTEM: that is what starts next, by what list says also what runs.
_is_deployed() {
  [ "$(readlink $_profiles/web/system)" = "system-$1-link" ]
  [ "$(realpath $_profiles/web/system)" = "$systems-$2" ]
  nixos-container list --json | grep -F '"name": "web"' | grep -F "\"system\": \"$systems-$2\""
}

_generations() { nixos-container generations web | awk 'NR > 1 { print $1 }' | paste -sd ' '; }

_activated() { tail -n 1 /var/lib/nixos-containers/web/etc/switched; }

deploy_nothing_deployed_yet_is_said_and_is_no_failure() {
  _forget_systems
  _declare_deployed 'autoStart: true'
  [ "$(nixos-container status web 2>/tmp/said)" = down ]
  grep -x 'web: nothing deployed yet, run: nixos-container update web --system-path PATH' /tmp/said
  nixos-container list --json | grep -F '"state": "down"' | grep -F '"system": null'
  _says 'was not started: nothing deployed yet, run: nixos-container update web' nixos-container start web
  planned | grep -F 'web: start (nothing deployed yet, run: nixos-container update web --system-path PATH)'
  nixos-container apply | grep -x 'web: not started: nothing deployed yet, run: .*'
  [ "$(state web)" = inactive ]
  _says 'nothing deployed yet' nixos-container generations web
  _says 'no earlier generation' nixos-container rollback web
  [ -z "$(systemctl --failed --no-legend)" ]
  _forget_systems
}

deploy_a_system_without_the_host() {
  _forget_systems
  local manifest_before pid
  _declare_deployed
  manifest_before=$(cat $manifest)
  nixos-container update web --system-path $systems-wasabi 2>/tmp/said
  grep -x 'To start web, run: nixos-container start web' /tmp/said
  _is_deployed 1 wasabi
  nixos-container start web
  pid=$(main_pid web)
  nixos-container update web --system-path $systems-old
  [ "$(_activated)" = "test $systems-old/bin/switch-to-configuration" ]
  [ "$(main_pid web)" = "$pid" ]
  _is_deployed 2 old
  [ "$(inside web readlink /nix/var/nix/profiles/system)" = $systems-old ]
  [ "$(cat $manifest)" = "$manifest_before" ]
  [ "$(nixos-container plan)" = 'All containers are as declared.' ]
  # One that cannot be activated is no generation.
  _says 'the old one was reactivated' nixos-container update web --system-path $systems-unwilling
  [ "$(_activated)" = "test $systems-old/bin/switch-to-configuration" ]
  _is_deployed 2 old
  [ "$(_generations)" = '1 2' ]
  # What the container's root chooses is not what starts.
  inside web ln -sfn $systems-wasabi /nix/var/nix/profiles/system
  systemctl restart container@web
  inside web cat /etc/generation
  _is_deployed 2 old
  nixos-container rollback web
  [ "$(_activated)" = "test $systems-wasabi/bin/switch-to-configuration" ]
  _is_deployed 1 wasabi
  _says 'no earlier generation' nixos-container rollback web
  nixos-container rollback web --to 2
  _is_deployed 2 old
  # By another program, or before a crash: a switch makes up for it.
  ln -sfn system-1-link $_profiles/web/system
  planned | grep -F 'web: reload (system: '
  nixos-container apply
  _is_deployed 1 wasabi
  [ "$(_activated)" = "test $systems-wasabi/bin/switch-to-configuration" ]
  _forget_systems
}

# _make_breaking NAME COMMAND: a system whose activation succeeds, and runs a command in the container.
_make_breaking() {
  rm -rf $systems-$1
  cp -r $systems-old $systems-$1
  printf '#!/bin/sh\necho "$1 $0" >>/etc/switched\n%s\n' "$2" >$systems-$1/bin/switch-to-configuration
}

deploy_what_does_not_stand_its_check_is_taken_back() {
  _forget_systems
  _declare_deployed
  _make_breaking breaking 'systemctl kill --signal=KILL nginx.service'
  nixos-container update web --system-path $systems-wasabi --check=1s 2>&1 | grep -x 'web is not running: not checked.'
  nixos-container start web
  _says 'In web, nginx.service has failed' nixos-container update web --system-path $systems-breaking --check=15s
  grep 'status=9/KILL' /tmp/said
  grep -x 'The old system was reactivated in web.' /tmp/said
  [ "$(_activated)" = "test $systems-wasabi/bin/switch-to-configuration" ]
  _is_deployed 1 wasabi
  [ "$(_generations)" = 1 ]
  # It was not running before, so it is no reason.
  nixos-container update web --system-path $systems-breaking --check=1s
  _is_deployed 2 breaking
  [ "$(inside web readlink /nix/var/nix/profiles/system)" = $systems-breaking ]
  [ "$(nixos-container plan)" = 'All containers are as declared.' ]
  rm -r $systems-breaking
  _forget_systems
}

deploy_a_container_of_the_host_s_configuration_says_how() {
  declare_containers <<'YAML'
  web: { system: "{system}-wasabi" }
YAML
  local verb
  for verb in "update web --system-path $systems-old" 'rollback web'; do
    _says "it is declared in $manifest:" nixos-container $verb
    grep -F 'nixos-rebuild switch --rollback' /tmp/said
    grep -F 'containers.web.deploySeparately = true;' /tmp/said
  done
  _says 'nixos-rebuild switch --rollback' nixos-container generations web
}

# Those that follow are only in "make check-long".

deploy_generations_are_kept_up_to_a_number() {
  _forget_systems
  _declare_deployed
  for _ in 1 2 3 4 5 6; do
    nixos-container update web --system-path $systems-wasabi
    nixos-container update web --system-path $systems-old
  done
  [ "$(_generations)" = '3 4 5 6 7 8 9 10 11 12' ]
  # Neither the current one nor the one before is deleted.
  nixos-container rollback web --to 4
  nixos-container update web --system-path $systems-slow --keep 2
  [ "$(_generations)" = '4 12 13' ]
  nixos-container update web --system-path $systems-wasabi --keep 1
  [ "$(_generations)" = '13 14' ]
  # The last one again is no new one.
  nixos-container update web --system-path $systems-wasabi
  [ "$(_generations)" = '13 14' ]
  _says 'a number of 1 or more' nixos-container update web --system-path $systems-old --keep 0
  _says 'a number of 1 or more' nixos-container update web --system-path $systems-old --keep many
  _says 'no generation "4"' nixos-container rollback web --to 4
  _says 'no generation "x"' nixos-container rollback web --to x
  _is_deployed 14 wasabi
  # One whose system was deleted.
  cp -r $systems-old $systems-deleted
  nixos-container update web --system-path $systems-deleted
  nixos-container update web --system-path $systems-old
  rm -r $systems-deleted
  _says 'Generation 15 of web' nixos-container rollback web
  _is_deployed 16 old
  _forget_systems
}

deploy_three_generations_back_and_forward() {
  _forget_systems
  local system
  _declare_deployed
  for system in wasabi old slow resolvconf; do nixos-container update web --system-path $systems-$system; done
  nixos-container start web
  nixos-container rollback web --to 1 | grep -x 'web: generation 4 → 1'
  _is_deployed 1 wasabi
  systemctl restart container@web
  fails inside web test -e /etc/generation
  [ "$(nixos-container plan)" = 'All containers are as declared.' ]
  nixos-container update web --system-path $systems-old
  _is_deployed 5 old
  # Back to what was there in number, not in time.
  nixos-container rollback web
  _is_deployed 4 resolvconf
  nixos-container generations web | grep -E '^ +4  [-0-9]{10} [:0-9]{8} .* '$systems-resolvconf' \(current\)$'
  [ "$(nixos-container generations web | grep -c current)" = 1 ]
  _forget_systems
}

deploy_an_imperative_container_returns_too() {
  rm -f $manifest
  _forget_systems
  nixos-container create web --system-path $systems-wasabi --use-host-network
  _is_deployed 1 wasabi
  nixos-container start web
  nixos-container update web --system-path $systems-old
  _is_deployed 2 old
  nixos-container rollback web
  _is_deployed 1 wasabi
  [ "$(_activated)" = "test $systems-wasabi/bin/switch-to-configuration" ]
  grep -F "system: \"$systems-wasabi\"" /etc/nixos-containers/web.yaml
  systemctl cat container@web | grep -F $systems-wasabi/init
  _says 'the old one was reactivated' nixos-container update web --system-path $systems-unwilling
  _is_deployed 1 wasabi
  # With earlier versions there were two links without numbers, and the manifest decides.
  rm $_profiles/web/*
  ln -s $systems-old $_profiles/web/system.before
  ln -s $systems-wasabi $_profiles/web/system
  nixos-container generations web | grep -E '^ +- +'$systems-wasabi' \(current\)$'
  nixos-container restart web
  nixos-container update web --system-path $systems-slow
  [ "$(_generations)" = '1 2 3' ]
  [ ! -h $_profiles/web/system.before ]
  nixos-container rollback web --to 1
  _is_deployed 1 old
  # What was edited is the current one.
  sed -i "s|$systems-old|$systems-resolvconf|" /etc/nixos-containers/web.yaml
  systemctl daemon-reload
  nixos-container generations web | grep -E '^ +- +'$systems-resolvconf' \(current\)$'
  nixos-container update web --system-path $systems-wasabi
  [ "$(_generations)" = '1 2 3 4 5' ]
  nixos-container rollback web | grep -x 'web: generation 5 → 4'
  grep -F "system: \"$systems-resolvconf\"" /etc/nixos-containers/web.yaml
  nixos-container destroy --yes web
  [ ! -e $_profiles/web ]
}

deploy_is_interrupted_and_returns_to_the_old_system() {
  _forget_systems
  local signal command
  cp -r $systems-old $systems-lasting
  printf '#!/bin/sh\necho "$1 $0" >>/etc/switched\nexec sleep 1241\n' >$systems-lasting/bin/switch-to-configuration
  _declare_deployed
  nixos-container update web --system-path $systems-lasting
  nixos-container update web --system-path $systems-wasabi
  nixos-container start web
  for command in "update web --system-path $systems-lasting" 'rollback web'; do
    for signal in INT TERM HUP QUIT; do
      env --default-signal nixos-container $command >/tmp/said 2>&1 &
      wait_until 20 pgrep -f '^sleep 1241'
      kill -$signal $!
      exits_with 1 wait $!
      grep 'Interrupted, reactivating the old system in web' /tmp/said
      [ "$(_activated)" = "test $systems-wasabi/bin/switch-to-configuration" ]
      _is_deployed 2 wasabi
      [ "$(_generations)" = '1 2' ]
    done
  done
  # One that is killed leaves what the next switch, or the next update, makes good.
  env --default-signal nixos-container update web --system-path $systems-lasting >/tmp/said 2>&1 &
  wait_until 20 pgrep -f '^sleep 1241'
  kill -KILL $!
  exits_with 137 wait $!
  kill "$(pgrep -f '^sleep 1241')"
  wait_until 20 is active container@web
  planned | grep 'web: reload (system'
  nixos-container rollback web
  _is_deployed 2 wasabi
  [ "$(nixos-container plan)" = 'All containers are as declared.' ]
  rm -r $systems-lasting
  _forget_systems
}

deploy_two_at_once_come_one_after_the_other() {
  _forget_systems
  local pids=() system pid
  _declare_deployed
  nixos-container update web --system-path $systems-slow
  nixos-container start web
  for system in wasabi old wasabi old; do
    nixos-container update web --system-path $systems-$system &
    pids+=($!)
  done
  nixos-container rollback web --to 1
  for pid in "${pids[@]}"; do wait "$pid"; done
  [ "$(nixos-container plan)" = 'All containers are as declared.' ]
  nixos-container generations web
  nixos-container rollback web --to 1
  _is_deployed 1 slow
  _forget_systems
}

deploy_is_kept_over_a_switch_and_a_restart_of_the_host_s_units() {
  _forget_systems
  _declare_deployed
  nixos-container update web --system-path $systems-old
  nixos-container start web
  _declare_deployed 'bindMounts: { /srv: }'
  nixos-container apply | grep -x 'web: updated'
  _is_deployed 2 old || _is_deployed 1 old
  # Another system of the host's configuration takes its place, and is given up again.
  declare_containers <<'YAML'
  web: { system: "{system}-wasabi", bindMounts: { /srv: } }
YAML
  planned | grep -F "web: reload (system: …-old\" → …-wasabi\")" || planned
  nixos-container apply
  _declare_deployed 'bindMounts: { /srv: }'
  nixos-container apply
  _is_deployed 1 old
  _forget_systems
}

deploy_the_old_system_is_declared_until_the_check_is_over() {
  rm -f $manifest
  _forget_systems
  local manifest_before signal
  _make_breaking late 'systemd-run --quiet --on-active=3s systemctl kill --signal=KILL nginx.service'
  _make_breaking stops 'systemd-run --quiet --on-active=1s systemctl poweroff'
  _make_breaking reboots 'systemd-run --quiet --on-active=1s systemctl reboot'
  nixos-container create web --system-path $systems-wasabi --use-host-network
  nixos-container start web
  manifest_before=$(cat /etc/nixos-containers/web.yaml)
  _says 'In web, nginx.service has failed' nixos-container update web --system-path $systems-late --check=15s
  inside web systemctl start nginx.service
  [ "$(cat /etc/nixos-containers/web.yaml)" = "$manifest_before" ]
  for signal in TERM KILL; do
    env --default-signal nixos-container update web --system-path $systems-old --check=10min >/tmp/said 2>&1 &
    wait_until 20 eval '[ "$(_activated)" = "test $systems-old/bin/switch-to-configuration" ]'
    wait_until 20 grep -q "$systems-old" $records/web/system
    # As after a crash of the host.
    [ "$(realpath $_profiles/web/system)" = $systems-wasabi ]
    [ "$(cat /etc/nixos-containers/web.yaml)" = "$manifest_before" ]
    kill -$signal $!
    if [ $signal = TERM ]; then
      exits_with 1 wait $!
      grep -x 'The old system was reactivated in web.' /tmp/said
      _is_deployed 1 wasabi
      [ "$(_generations)" = 1 ]
    else
      exits_with 137 wait $!
    fi
  done
  planned | grep -F 'web: reload (system: '
  nixos-container apply
  _is_deployed 1 wasabi
  nixos-container rollback web --to 2 --check=1s
  _is_deployed 2 old
  grep -F "system: \"$systems-old\"" /etc/nixos-containers/web.yaml
  # One that starts again has the old system, and one that ends has not come up.
  _says 'web was restarted during the check' nixos-container update web --system-path $systems-reboots --check=12s
  wait_until 20 is active container@web
  _is_deployed 2 old
  exits_with 1 timeout -s KILL 60 nixos-container update web --system-path $systems-stops --check=5s
  nixos-container start web
  _is_deployed 2 old
  _says 'expected a time span' nixos-container update web --system-path $systems-wasabi --check=soon
  _says 'expected a time span' nixos-container rollback web --check=infinity
  nixos-container destroy --yes web
  rm -r $systems-late $systems-stops $systems-reboots
}

# As nix-env makes them and reads them.
deploy_generations_are_those_of_nix() {
  [ -e /usr/lib/nix-of-tests ] || { echo 'skipped: no Nix'; return 0; }
  _forget_systems
  _declare_deployed
  nixos-container update web --system-path $systems-wasabi
  nixos-container update web --system-path $systems-old
  ln -s $systems-slow $_profiles/web/system-7-link
  ln -sfn system-7-link $_profiles/web/system
  [ "$(_generations)" = '1 2 7' ]
  nixos-container update web --system-path $systems-old
  _is_deployed 8 old
  _forget_systems
}
