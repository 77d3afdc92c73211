# SPDX-License-Identifier: MIT
# nixos-container --host: verbs on other hosts, which are this one, through a real sshd on its loopback addresses.
# shellcheck shell=bash disable=SC2154,SC2086,SC2016

_ssh=/tmp/remote
_both='other,[::1]:2222'

# Starts an sshd. ssh finds it, and its key, by what ssh_config(5) has: "other" is a name of this host there.
_start_sshd() {
  local libraries='' programs=/usr/bin daemon=/usr/sbin/sshd program
  if [ -e /usr/lib/ssh-of-tests ]; then
    libraries=/usr/lib/ssh-of-tests programs=$libraries daemon=$libraries/sshd
  elif [ ! -e /usr/sbin/sshd ]; then
    echo 'skipped: there is no OpenSSH on this machine'
    exit 77
  fi
  getent passwd sshd >/dev/null || useradd --system --home-dir /run/sshd --no-create-home --shell /usr/sbin/nologin sshd
  rm -rf $_ssh
  mkdir -p $_ssh/bin /run/sshd /root/.ssh
  for program in ssh ssh-keygen; do
    printf '%s\n' '#!/bin/sh' "exec env LD_LIBRARY_PATH=$libraries $programs/$program \"\$@\"" >$_ssh/bin/$program
  done
  chmod +x $_ssh/bin/*
  PATH=$_ssh/bin:$PATH
  ssh-keygen -q -t ed25519 -N '' -f $_ssh/host-key
  ssh-keygen -q -t ed25519 -N '' -f $_ssh/key
  cp $_ssh/key.pub $_ssh/authorized_keys
  printf '%s\n' "HostKey $_ssh/host-key" "AuthorizedKeysFile $_ssh/authorized_keys" 'StrictModes no' 'UsePAM no' 'PermitRootLogin yes' \
    "PidFile $_ssh/pid" 'ListenAddress 127.0.0.1:2222' 'ListenAddress [::1]:2222' >$_ssh/sshd_config
  printf '%s\n' "IdentityFile $_ssh/key" 'StrictHostKeyChecking accept-new' "UserKnownHostsFile $_ssh/known_hosts" 'BatchMode yes' \
    'ConnectTimeout 5' 'Host other' 'HostName 127.0.0.1' 'Port 2222' >/root/.ssh/config
  systemctl stop remote-sshd 2>/dev/null || true
  systemd-run --quiet --collect --unit=remote-sshd --setenv=LD_LIBRARY_PATH=$libraries $daemon -D -e -f $_ssh/sshd_config
  wait_until 10 nixos-container -H root@127.0.0.1:2222 list
}

_stop_sshd() { systemctl stop remote-sshd; rm -rf /root/.ssh/config; }

_here() { nixos-container -H root@127.0.0.1:2222 "$@"; }

remote_a_terminal_is_one_there() {
  _start_sshd
  declare_containers <<'YAML'
  one: { system: "{system}-wasabi" }
YAML
  nixos-container start one
  script --quiet --return --command 'stty rows 31 cols 101; nixos-container -H other run one -- sh -c "tty; stty size"' /dev/null | tee /tmp/terminal
  grep /dev/ /tmp/terminal
  grep '31 101' /tmp/terminal
  # Not with standard error elsewhere, which would not be told apart.
  script --quiet --return --command 'nixos-container -H other run one -- sh -c "tty; true" 2>/dev/null' /dev/null | grep 'not a tty'
  # Somebody who is to confirm is asked.
  nixos-container create made --system-path $systems-wasabi --use-host-network
  script --quiet --return --command 'nixos-container -H other destroy made' /dev/null <<<'y'
  fails nixos-container status made
  _stop_sshd
}

# Those that follow are only in "make check-long".

remote_verbs_do_there_what_they_do_here() {
  _start_sshd
  declare_containers <<'YAML'
  one: { system: "{system}-wasabi", privateNetwork: true, hostAddress: 10.0.0.1, localAddress: 10.0.0.2 }
  two: { system: "{system}-wasabi" }
YAML
  local every='' i status=0
  _here start one
  [ "$(_here status one)" = up ]
  [ "$(nixos-container status -H other one)" = up ]
  exits_with 1 _here status three
  [ "$(_here list)" = "$(printf 'one\ntwo')" ]
  [ "$(_here list --json)" = "$(nixos-container list --json)" ]
  [ "$(_here show-ip one)" = 10.0.0.2 ]
  _here logs one -n 1
  exits_with 77 _here run one -- sh -c 'exit 77'
  [ "$(echo hello | _here run one -- tr a-z A-Z)" = HELLO ]
  [ "$(_here run one -- sh -c 'echo output; echo error >&2' 2>/tmp/errors)" = output ]
  [ "$(cat /tmp/errors)" = error ]
  # Every character of ASCII but NUL, and others: systemd in the container accepts only UTF-8.
  for ((i = 1; i < 128; i++)); do every+=$(printf '\\%03o' $i); done
  printf -v every '%bé€\U1f980' "$every"
  [ ${#every} = 130 ]
  _here run one -- printf '%s|' "$every" '' "$every" >/tmp/said
  printf '%s|' "$every" '' "$every" | cmp - /tmp/said
  # Names of several hosts, and one that does not answer.
  nixos-container -H $_both,127.0.0.1:1 list >/tmp/names 2>/tmp/errors || status=$?
  [ $status = 1 ]
  printf '%s\n' 'other one' 'other two' '[::1]:2222 one' '[::1]:2222 two' | diff - /tmp/names
  grep 'on 127.0.0.1:1: ssh failed' /tmp/errors
  script --quiet --return --command "stty rows 30 cols 200; nixos-container -H $_both list" /dev/null | tr -d '\r' >/tmp/table
  cat /tmp/table
  grep -E '^HOST +NAME +STATE' /tmp/table
  grep -E '^\[::1\]:2222 +one +.*up.* +10.0.0.2 ' /tmp/table
  # Exit statuses of plans: 0, 2, and 1 where a host does not answer.
  nixos-container -H $_both plan
  sed -i 's/10.0.0.2/10.0.0.3/' $manifest
  exits_with 2 nixos-container -H $_both plan | tee /tmp/plans
  [ "$(grep -c '^one: restart' /tmp/plans)" = 2 ]
  exits_with 2 _here plan
  exits_with 1 nixos-container -H 127.0.0.1:1,other plan
  _here apply
  [ "$(_here show-ip one)" = 10.0.0.3 ]
  _stop_sshd
}

_runs() { inside one pgrep -f "$1" >/dev/null; }
_does_not_run() { ! inside one pgrep -f "$1" >/dev/null; }

remote_a_connection_that_ends_ends_what_it_ran() {
  _start_sshd
  declare_containers <<'YAML'
  one: { system: "{system}-wasabi" }
YAML
  nixos-container start one
  local number pid
  for number in TERM INT HUP KILL; do
    # With job control: without, SIGINT is ignored in the background.
    (set -m; exec nixos-container -H other run one -- sleep 1234 </dev/null) &
    pid=$!
    wait_until 10 _runs 'sleep 1234'
    case $number in
      # Nobody is left to tell ssh.
      KILL) pkill -KILL -P $pid; exits_with 137 wait $pid ;;
      INT) kill -INT $pid; wait $pid || true ;;
      *) kill -$number $pid; exits_with $((128 + $(kill -l $number))) wait $pid ;;
    esac
    wait_until 10 _does_not_run 'sleep 1234'
  done
  # Nothing that watched a connection is left.
  wait_until 10 fails pgrep -f 'nixos-container --remote'
  _stop_sshd
}
