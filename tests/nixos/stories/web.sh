# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# The container has booted, and the page is there.
enter curl --silent --fail --max-time 5 http://192.168.100.11/ | grep 'It works!'
enter curl --silent --fail --max-time 5 http://192.168.100.10:8080/ | grep 'It works!'
[ "$(enter nixos-container plan)" = "All containers are as declared." ]
# Its firewall, which was loaded at once, has the rules of NixOS's own script.
inside() { enter nixos-container run wasabi -- sh -c "$1" | tr -d '\r' | sed '/^#/d; s/\[[0-9]*:[0-9]*\]//'; }
save='iptables-save; ip6tables-save'
script=$(inside 'systemctl show --property=ExecStart --value firewall' | grep -o 'path=[^ ]*')
diff <(inside "$save") <(inside "unshare --net sh -c '${script#path=}; $save'")
inside "$save" | grep -e '--dport 80 -j nixos-fw-accept'
inside 'systemctl show --property=Environment firewall' | grep BASH_ENV=/nix/store/
