#!/bin/bash
# SPDX-License-Identifier: MIT
# Linux (seen with 6.18.44): a netlink socket that joins a multicast group with NETLINK_ADD_MEMBERSHIP, and is not bound, is told nothing of
# what the kernel sends to that group, and there is no error. An unbound socket has port 0, which is the kernel's own, and a message goes to
# all of a group but its sender. Once bind(2) has been called with port 0 and no groups, for which the kernel chooses a port, the same
# membership works.
#
# Needs root, and Debian 12. Seen: "not bound: told nothing", "bound: told of it".
set -eu -o pipefail
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"
apt-get -o APT::Sandbox::User=root download -qq iproute2=6.1.0-3 {lib,}python3.11-minimal=3.11.2-6+deb12u8
for package in *.deb; do dpkg-deb --extract "$package" .; done
cat >tell.py <<'PYTHON'
import os, select, socket, sys

SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, RTNLGRP_LINK = 270, 1, 1
netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
if sys.argv[1] == "bound":
    netlink.bind((0, 0))
netlink.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, RTNLGRP_LINK)
if os.spawnv(os.P_WAIT, "bin/ip", ["ip", "link", "set", "lo", "up"]) != 0:
    sys.exit("lo cannot be set up")
print("told of it" if select.select([netlink], [], [], 2)[0] else "told nothing")
PYTHON
uname -sr
status=0
for kind in 'not bound' bound; do
  said=$(unshare --net env PYTHONHOME="$PWD/usr" usr/bin/python3.11 tell.py "$kind")
  echo "$kind: $said"
  case $kind:$said in
    'not bound:told nothing' | 'bound:told of it') ;;
    *) status=1 ;;
  esac
done
exit $status
