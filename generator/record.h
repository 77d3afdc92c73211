/* Records: what running containers were started with, in RECORDS_DIRECTORY/NAME. The files of a record:
 *
 *   unit      the generated container@NAME.service
 *   tmpfiles  NAME.tmpfiles
 *   nft       NAME.nft, if ports are forwarded
 *   network   the lines for ip(8), from the unit's standard input
 *   claims    what no other container can have meanwhile, a line each
 *
 * container-record makes and removes them; the generator reads them, so that a container which is no longer declared
 * keeps its unit until it has stopped. */
#pragma once

#define RECORDS_DIRECTORY "/run/nixos-container-generator"

/* Below RECORDS_DIRECTORY: a symbolic link for each claim, named as it, to the name of the container that has it. Its
 * own name cannot be a container's. */
#define CLAIMS_DIRECTORY ".claims"

/* Below the generator's directory: the snippets NAME.tmpfiles and NAME.nft. */
#define SNIPPETS_DIRECTORY "nixos-containers"

/* The files of a record that the generator has written, and how they are called in the generator's directory. */
#define RECORD_UNIT "unit"
#define RECORD_TMPFILES "tmpfiles"
#define RECORD_NFT "nft"
#define RECORD_NETWORK "network"
#define RECORD_CLAIMS "claims"
