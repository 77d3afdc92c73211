/* SPDX-License-Identifier: MIT */
/* Where what this project has on a host is found, and what it is called. */
#pragma once

#include "base/arena.h"

/* What running containers were started with, see state/record.h. */
#define RECORDS_DIRECTORY "/run/nixos-container-generator"

/* Below RECORDS_DIRECTORY, where no container has such a name: the claims, see state/claims.h. */
#define CLAIMS_DIRECTORY ".claims"

/* Where systemd has its generators write units that come before those in /usr. systemd.generator(7) */
#define UNITS_DIRECTORY "/run/systemd/generator"

/* Where the root directories of containers are: of those that keep their state, and of ephemeral ones. */
#define STATE_ROOTS "/var/lib/nixos-containers/"
#define EPHEMERAL_ROOTS "/run/nixos-containers/"

/* Below RECORDS_DIRECTORY, where no container has such a name: the host's name servers as containers see them, see
 * runtime/resolv-conf.h. */
#define RESOLV_CONF_DIRECTORY ".resolv-conf"
#define RESOLV_CONF_HOST "host"
#define RESOLV_CONF_UPLINK "uplink"
#define RESOLV_CONF_FILE "resolv.conf"

/* Where in the container the file is. */
#define RESOLV_CONF_INSIDE "/run/host/resolv-conf/" RESOLV_CONF_FILE

/* The unit that puts back rules of nftables. */
#define RULES_UNIT "container-rules.service"

/* The units that run when the host's files change, without their suffixes. */
#define RESOLV_CONF_UNIT "container-resolv-conf"
