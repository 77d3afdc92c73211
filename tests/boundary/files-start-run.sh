# SPDX-License-Identifier: MIT
# Has a start make its files in a directory of the host, by a link in the place of /run, which it has uncovered.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
# shellcheck source=tests/boundary/start.sh
. ./start.sh
promise="What a start makes, mounts or gives away is inside of the container, whatever stands in its root directory."
place=run
below_a_mount
