/* Records: what running containers were started with, in RECORDS_DIRECTORY/NAME. The files of a record:
 *
 *   unit      the generated container@NAME.service
 *   claims    its section [X-Claims]: what no other container can have meanwhile, a line each
 *   tmpfiles  its section [X-Tmpfiles]
 *   network   its section [X-Network], if the container has links
 *   nft       its section [X-Nftables], if ports are forwarded
 *
 * container-record makes and removes them. The generator reads the units, so that a container which is no longer
 * declared keeps its own until it has stopped. */
#pragma once

#define RECORDS_DIRECTORY "/run/nixos-container-generator"

/* Below RECORDS_DIRECTORY: a symbolic link for each claim, named as it, to the name of the container that has it. Its
 * own name cannot be a container's. */
#define CLAIMS_DIRECTORY ".claims"

#define RECORD_UNIT "unit"
#define RECORD_CLAIMS "claims"
#define RECORD_TMPFILES "tmpfiles"
#define RECORD_NETWORK "network"
#define RECORD_NFT "nft"

/* What RECORD_NFT is called while its rules are being removed. */
#define RECORD_NFT_ENDING "nft-ending"
