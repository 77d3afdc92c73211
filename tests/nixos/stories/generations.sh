# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Containers become what each generation says, with the least that it takes; then there are none.
page() { enter nixos-container run "$1" -- cat /etc/page; }
started() { enter systemctl show -P ActiveEnterTimestampMonotonic "container@$1"; }
[ "$(page wasabi)" = first ]
before="$(started wasabi) $(started shoyu)"

switch_to second
[ "$(page wasabi)" = second ]
[ "$(page shoyu)" = second ]
[ "$(page mirin)" = second ]
[ "$(started wasabi) $(started shoyu)" = "$before" ]
[ "$(enter systemctl is-active container@goma)" = inactive ]
[ "$(enter nixos-container plan)" = "All containers are as declared." ]
all_run

# Once more: there is nothing to be done.
switch_to second
[ "$(started wasabi) $(started shoyu)" = "$before" ]

switch_to first
[ "$(page wasabi)" = first ]
[ "$(page goma)" = first ]
[ "$(enter systemctl is-active container@mirin)" = inactive ]
[ "$(started wasabi) $(started shoyu)" = "$before" ]
all_run

switch_to without
says_nothing enter systemctl list-units --no-legend 'container@*'
says_nothing links_of_containers
says_nothing records_of_containers
