# SPDX-License-Identifier: MIT
# The generator as systemd runs it.
# shellcheck shell=bash disable=SC2154

generator=/etc/systemd/system-generators/nixos-container-generator

_declare_one_of_each() {
  mkdir -p /srv/x
  declare_containers <<'YAML'
  one: { system: "{system}-wasabi", autoStart: true, bindMounts: { /x: { hostPath: /srv/x } } }
  two:
    system: "{system}-wasabi"
    privateNetwork: true
    hostAddress: 10.0.0.1
    localAddress: 10.0.0.2
    forwardPorts: [{ hostPort: 8080 }]
  bad: { system: relative }
YAML
}

without_manifests_it_writes_nothing_and_says_nothing() {
  rm -rf /etc/nixos-containers /tmp/out
  mkdir /tmp/out
  [ "$($generator /tmp/out 2>&1)" = "" ]
  [ "$(ls /tmp/out)" = "" ]
  mkdir /etc/nixos-containers
}

it_starts_no_process_opens_no_socket_and_writes_nowhere_else() {
  _declare_one_of_each
  rm -rf /tmp/out
  mkdir /tmp/out
  strace -f -o /tmp/trace $generator /tmp/out || true
  fails grep -E '^[0-9]+ +(socket|socketpair|connect|bind|fork|vfork|clone|clone3|kill|mount)\(' /tmp/trace
  [ "$(grep -c execve /tmp/trace)" = 1 ]
  # All that it opens for writing is below the directory it was given, by that directory's descriptor.
  grep -E '^[0-9]+ +(open|openat|creat)\(.*O_(WRONLY|RDWR|CREAT)' /tmp/trace >/tmp/opened
  fails grep -v -E 'openat\([0-9]+, "[^/]*", O_WRONLY\|O_CREAT\|O_EXCL' /tmp/opened
  fails grep -E '^[0-9]+ +(rename|unlink|symlink|link|chmod|chown|truncate|rmdir)' /tmp/trace
  grep -q 'container@two.service' /tmp/trace
}

two_runs_write_the_same_bytes() {
  _declare_one_of_each
  rm -rf /tmp/out1 /tmp/out2
  mkdir /tmp/out1 /tmp/out2
  fails $generator /tmp/out1
  fails $generator /tmp/out2
  sed -i 's|/tmp/out2|/tmp/out1|' /tmp/out2/container@*.service
  diff -r /tmp/out1 /tmp/out2
}

its_exit_status_tells_of_errors_and_the_good_ones_are_written() {
  _declare_one_of_each
  rm -rf /tmp/out
  mkdir /tmp/out
  fails $generator /tmp/out
  [ -e /tmp/out/container@one.service ]
  [ -e /tmp/out/container@bad.service ]
  sed -i '/bad:/d' "$manifest"
  rm -rf /tmp/out
  mkdir /tmp/out
  $generator /tmp/out
}

it_does_nothing_in_the_initrd() {
  _declare_one_of_each
  rm -rf /tmp/out
  mkdir /tmp/out
  SYSTEMD_IN_INITRD=1 $generator /tmp/out
  [ "$(ls /tmp/out)" = "" ]
}

systemd_verifies_its_units() {
  _declare_one_of_each
  [ "$(systemd-analyze verify --man=no /run/systemd/generator/container@*.service 2>&1)" = "" ]
}
