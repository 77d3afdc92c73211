# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Secrets that the host exchanges while containers have them, as sops-nix and agenix do it at each activation.

_generation=0

# What is at /run/secrets becomes FILE=CONTENT…: in a new directory, which the link there leads to from now on. The one before is deleted.
_exchange() {
  local file before=$_generation
  mkdir -p /run/secrets.d
  mountpoint -q /run/secrets.d || mount -t ramfs -o mode=0751 ramfs /run/secrets.d
  _generation=$((_generation + 1))
  mkdir "/run/secrets.d/$_generation"
  for file; do echo "${file#*=}" >"/run/secrets.d/$_generation/${file%%=*}"; done
  ln -sfn "/run/secrets.d/$_generation" /run/secrets.new
  mv -T /run/secrets.new /run/secrets
  rm -rf "/run/secrets.d/$before"
}

_end_exchange() {
  rm -f /run/secrets
  umount /run/secrets.d
  rmdir /run/secrets.d
}

secrets_that_have_changed_are_in_the_plan_and_a_switch_does_what_was_chosen() {
  _exchange db=one other=same
  declare_containers <<'YAML'
  ignores: { system: "{system}-small", privateNetwork: true, bindMounts: { /key: { hostPath: /run/secrets/db } } }
  restarts: { system: "{system}-small", privateNetwork: true, onSecretChange: restart, bindMounts: { /key: { hostPath: /run/secrets/db } } }
  copies: { system: "{system}-small", privateNetwork: true, onSecretChange: reload, credentials: { db: { path: /run/secrets/db } } }
  flags: { system: "{system}-small", privateNetwork: true, onSecretChange: restart, extraFlags: ["--load-credential", "db:/run/secrets/db"] }
  mapped: { system: "{system}-small", privateNetwork: true, privateUsers: pick, onSecretChange: reload, bindMounts: { /key: { hostPath: /run/secrets/db } } }
  reloads: { system: "{system}-wasabi", privateNetwork: true, onSecretChange: reload, bindMounts: { /key: { hostPath: /run/secrets/db }, /keys: { hostPath: /run/secrets } } }
  other: { system: "{system}-small", privateNetwork: true, onSecretChange: restart, bindMounts: { /key: { hostPath: /run/secrets/other } } }
YAML
  local names=(ignores restarts copies flags mapped reloads other) name
  systemctl start "${names[@]/#/container@}"
  [ "$(stat -c %a /run/nixos-container-generator)" = 700 ]
  fails grep -r one /run/nixos-container-generator/{ignores,copies,flags}/secrets

  # A new directory alone is no new content of the files in it. Who has the directory itself has an empty one.
  _exchange db=one other=same
  [ "$(planned)" = 'reloads: reload (bindMounts."/keys".hostPath: content changed)' ]
  nixos-container apply
  [ "$(inside reloads cat /keys/db /keys/other | tr '\n' ' ')" = 'one same ' ]
  [ "$(nixos-container plan)" = 'All containers are as declared.' ]

  _exchange db=two other=same
  planned >/tmp/plan
  diff /tmp/plan - <<'TEXT'
copies: restart (credentials.db.path: content changed)
flags: restart (extraFlags: content changed)
ignores: keep (onSecretChange is ignore; bindMounts."/key".hostPath: content changed)
mapped: restart (bindMounts."/key".hostPath: content changed)
reloads: reload (bindMounts."/key".hostPath: content changed; bindMounts."/keys".hostPath: content changed)
restarts: restart (bindMounts."/key".hostPath: content changed)
TEXT
  for name in "${names[@]}"; do main_pid "$name" >"/tmp/pid-$name"; done
  nixos-container apply
  for name in restarts copies flags mapped; do is_restarted "$name" "$(cat "/tmp/pid-$name")"; done
  for name in ignores reloads other; do [ "$(main_pid "$name")" = "$(cat "/tmp/pid-$name")" ]; done
  [ "$(cat "$(path_of restarts /key)")" = two ]
  [ "$(cat "$(path_of copies /run/host/credentials/db)")" = two ]
  [ "$(cat "$(path_of ignores /key)")" = one ]
  [ "$(inside reloads cat /key /keys/db /keys/other | tr '\n' ' ')" = 'two two same ' ]
  [ "$(planned)" = 'ignores: keep (onSecretChange is ignore; bindMounts."/key".hostPath: content changed)' ]

  # It is known of what was mounted later, too, and after a change of something else.
  write_manifest <<'YAML'
  reloads: { system: "{system}-old", privateNetwork: true, onSecretChange: reload, bindMounts: { /key: { hostPath: /run/secrets/db }, /keys: { hostPath: /run/secrets }, /more: { hostPath: /run/secrets/other } } }
YAML
  nixos-container apply
  [ "$(nixos-container plan)" = 'All containers are as declared.' ]
  _exchange db=two other=changed
  [ "$(planned)" = 'reloads: reload (bindMounts."/keys".hostPath: content changed; bindMounts."/more".hostPath: content changed)' ]
  nixos-container apply
  [ "$(inside reloads cat /keys/other /more | tr '\n' ' ')" = 'changed changed ' ]
  [ "$(main_pid reloads)" = "$(cat /tmp/pid-reloads)" ]
  systemctl stop container@reloads
  _end_exchange
}

# Those that follow are only in "make check-long".

# What is no secret is not read: what is too much for one, what is seen by the container as it is, and what a container could have put there.
only_what_may_be_a_secret_is_read() {
  mkdir -p /srv/many /srv/directory /var/lib/nixos-containers/writer/srv
  truncate -s 2M /srv/large
  seq -f /srv/many/%g 1200 | xargs touch /srv/directory/file
  ln -sfn /srv/many /srv/to-many
  mkfifo /srv/fifo
  echo text >/var/lib/nixos-containers/writer/srv/file
  declare_containers <<'YAML'
  writer: { system: "{system}-small", privateNetwork: true }
  reader:
    system: "{system}-small"
    privateNetwork: true
    onSecretChange: restart
    bindMounts:
      /large: { hostPath: /srv/large }
      /many: { hostPath: /srv/to-many }
      /directory: { hostPath: /srv/directory }
      /fifo: { hostPath: /srv/fifo }
      /null: { hostPath: /dev/null }
      /written: { hostPath: /var/lib/nixos-containers/writer/srv/file }
      /data: { hostPath: /srv/data, isReadOnly: false }
YAML
  systemctl start container@reader
  [ ! -e /run/nixos-container-generator/reader/secrets ]
  systemctl stop container@reader
  rm -r /srv/{many,to-many,directory,large,fifo}
}
