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

/* What Nix keeps beside its store. What is in profiles and gcroots the host's Nix goes through, so it is the host's alone: below the second
 * is the system of a container that is built on the host, below the third what is kept because a container's own profiles and gcroots, which
 * are below the first, lead to it. Earlier versions had a container's own below the second and the last. */
#define NIX_VAR "/nix/var/nix"
#define NIX_OWN NIX_VAR "/per-container/"
#define NIX_PROFILES NIX_VAR "/profiles/per-container/"
#define NIX_ROOTS NIX_VAR "/gcroots/containers/"
#define NIX_OLD_GCROOTS NIX_VAR "/gcroots/per-container/"

/* Below RECORDS_DIRECTORY, where no container has such a name: the host's name servers as containers see them, see
 * runtime/resolv-conf.h. */
#define RESOLV_CONF_DIRECTORY ".resolv-conf"
#define RESOLV_CONF_HOST "host"
#define RESOLV_CONF_UPLINK "uplink"
#define RESOLV_CONF_FILE "resolv.conf"

/* Where in the container the file is. */
#define RESOLV_CONF_INSIDE "/run/host/resolv-conf/" RESOLV_CONF_FILE

/* Below RECORDS_DIRECTORY, where no container has such a name: the rules of nftables that a host's own can include, see
 * runtime/loaded-rules.h. nixos-module/host-network.nix says this too. */
#define LOADED_RULES_DIRECTORY ".nftables"
#define LOADED_RULES_FILE "containers.nft"

/* Below RECORDS_DIRECTORY, where no container has such a name: which containers can write the root directories of others, see
 * runtime/root-writers.h. */
#define ROOT_WRITERS_DIRECTORY ".root-writers"

/* Below RECORDS_DIRECTORY, where no container has such a name: in the mount namespace of a container's systemd-nspawn, what it was given
 * of the host, see runtime/host-paths.h. Otherwise empty. */
#define PINS_DIRECTORY RECORDS_DIRECTORY "/.pins"

/* The unit that puts back rules of nftables. */
#define RULES_UNIT "container-rules.service"

/* The unit that has what containers have installed kept by the host's Nix. */
#define NIX_ROOTS_UNIT "container-nix-roots.service"

/* The units that run when the host's files change, without their suffixes. */
#define RESOLV_CONF_UNIT "container-resolv-conf"
