# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Whatever kind a container is of, what it boots is whole: all_run has seen it.
[ "$(enter nixos-container plan)" = "All containers are as declared." ]
