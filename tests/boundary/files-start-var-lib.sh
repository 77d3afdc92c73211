# SPDX-License-Identifier: MIT
# Has a start make its directories in one of the host, by a link in the place of /var/lib.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
# shellcheck source=tests/boundary/start.sh
. ./start.sh
promise="A start creates, mounts and changes owners only inside the container, whatever its rootfs contains."
place=var/lib
