# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# The container has booted, and the page is there.
enter curl --silent --fail --max-time 5 http://192.168.100.11/ | grep 'It works!'
enter curl --silent --fail --max-time 5 http://192.168.100.10:8080/ | grep 'It works!'
[ "$(enter nixos-container plan)" = "All containers are as declared." ]
