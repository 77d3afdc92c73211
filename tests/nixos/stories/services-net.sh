# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# Each is asked from the host: for a name, for an address, or for a login.
answer bind 'named -v' '192\.0\.2\.1' nslookup -timeout=2 -type=a example.org @
answer dnsmasq 'dnsmasq --version' '192\.0\.2\.1' nslookup -timeout=2 -type=a example.org @
answer unbound 'unbound -V' '192\.0\.2\.1' nslookup -timeout=2 -type=a example.org @
answer kea 'kea-dhcp4 -v' 'lease of 192\.168\.100\.[0-9]+ obtained' \
  busybox udhcpc -f -q -n -i ve-% -s /run/current-system/sw/bin/true

# A key, and a password. These are not asked for on a terminal.
ssh=(ssh -o BatchMode=no -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -l alice)
enter ssh-keygen -q -t ed25519 -N '' -f /root/key
for container in openssh openssh-u; do
  enter sh -c "nixos-container run $container -- sh -c '
    mkdir -p /home/alice/.ssh && cat >/home/alice/.ssh/authorized_keys && chown -R alice:users /home/alice' </root/key.pub"
done
answer openssh 'ssh -V' '^alice$' "${ssh[@]}" -i /root/key @ id -un
for word in wasabi shoyu; do
  enter sh -c "printf '#!/bin/sh\necho $word\n' >/root/$word && chmod +x /root/$word"
done
with_password() { echo env SSH_ASKPASS="/root/$1" SSH_ASKPASS_REQUIRE=force "${ssh[@]}" -o PubkeyAuthentication=no; }
# shellcheck disable=SC2046
answer users 'sudo --version' '^root$' $(with_password wasabi) @ 'echo wasabi | /run/wrappers/bin/sudo -S -p "" id -un'

# Who does not know it is kept out, after some attempts.
for container in fail2ban fail2ban-u; do
  for _ in 1 2 3 4 5; do
    # shellcheck disable=SC2046
    enter $(with_password shoyu) "$container.containers" true || true
  done
done
answer fail2ban 'fail2ban-server --version' 'Banned IP list:.*192\.168\.100\.10' nixos-container run % -- fail2ban-client status sshd
{ enter ssh -o ConnectTimeout=5 fail2ban.containers 2>&1 || true; } | grep 'Connection refused'

answer containers 'systemctl --version' '^inner$' nixos-container run % -- nixos-container run inner -- hostname
