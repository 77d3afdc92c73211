# SPDX-License-Identifier: MIT
# Those of tests/boundary that take the shortest: make check-boundary has all of them.
# shellcheck shell=bash

# Those that follow are only in "make check-long".

what_is_tried_from_inside_is_held_and_would_not_be() { bash /tests/boundary/inside.sh --short; }
