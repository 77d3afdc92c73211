/* SPDX-License-Identifier: MIT */
/* The paths and names that this project uses on a host. */
#pragma once

#include "base/arena.h"

/* What running containers were started with, see state/record.h. */
#define RECORDS_DIRECTORY "/run/nixos-container-generator"

/* Below RECORDS_DIRECTORY, where no container has such a name: the claims, see state/claims.h. */
#define CLAIMS_DIRECTORY ".claims"

/* Below RECORDS_DIRECTORY, where no container has such a name: the control groups of containers that were started, see
 * state/control-groups.h. */
#define CONTROL_GROUPS_DIRECTORY ".control-groups"

/* Where the host has its control groups. cgroups(7) */
#define CONTROL_GROUPS "/sys/fs/cgroup"

/* Where systemd's generators write units that take precedence over those in /usr. systemd.generator(7) */
#define UNITS_DIRECTORY "/run/systemd/generator"

/* Beside the units of containers: their sections that systemd does not read, see generate/unit.c. */
#define SECTIONS_FILE "nixos-containers.sections"

/* Where the rootfs directories of containers are: of those that keep their state, and of ephemeral ones. */
#define STATE_ROOTS "/var/lib/nixos-containers/"
#define EPHEMERAL_ROOTS "/run/nixos-containers/"

/* What Nix keeps beside its store. The host's Nix follows what is in profiles and gcroots, so these are the host's alone: NIX_PROFILES has
 * the systems of containers that are built on the host, NIX_ROOTS what is kept because a container's own profiles and gcroots, which are in
 * NIX_OWN, lead to it. Earlier versions had a container's own in NIX_PROFILES and NIX_OLD_GCROOTS. */
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

/* The path of the file in the container. */
#define RESOLV_CONF_INSIDE "/run/host/resolv-conf/" RESOLV_CONF_FILE

/* Below RECORDS_DIRECTORY, where no container has such a name: the nftables rules that a host's own can include, see
 * runtime/loaded-rules.h. nixos-module/host-network.nix has the same path. */
#define LOADED_RULES_DIRECTORY ".nftables"
#define LOADED_RULES_FILE "containers.nft"

/* Below RECORDS_DIRECTORY, where no container has such a name: which containers can write to the rootfs of others, see
 * runtime/root-writers.h. */
#define ROOT_WRITERS_DIRECTORY ".root-writers"

/* Below RECORDS_DIRECTORY, where no container has such a name: the random key of this boot, see state/secrets.h. */
#define SECRETS_KEY_FILE ".secrets-key"

/* Below RECORDS_DIRECTORY, where no container has such a name: in the mount namespace of a container's systemd-nspawn, the host paths it
 * uses, see runtime/host-paths.h. Otherwise empty. */
#define PINS_DIRECTORY RECORDS_DIRECTORY "/.pins"

/* The BPF programs that forward the host's loopback addresses, see runtime/localhost-bpf.h. A name with a dot cannot be there. */
#define LOCALHOST_DIRECTORY "/sys/fs/bpf/nixos-container-generator"

/* The unit that removes what containers that have ended had on the host. */
#define ENDS_UNIT "container-ends.service"

/* The unit that restores nftables rules. */
#define RULES_UNIT "container-rules.service"

/* The unit that makes the host's Nix keep what containers have installed. */
#define NIX_ROOTS_UNIT "container-nix-roots.service"

/* The units that run when the host's files change, without their suffixes. */
#define RESOLV_CONF_UNIT "container-resolv-conf"
