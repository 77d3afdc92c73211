/* SPDX-License-Identifier: MIT */
/* What is looked for in the text of a record, or of the unit that it is a copy of: what templates/ writes and other programs read is at
 * some places read back. The tests hold the templates to it. */
#pragma once

/* The last line of a unit that the generator has written whole. Units with errors have none. */
#define UNIT_END "# End of "

/* Sections of a unit, each of which becomes a file of the record. */
#define SECTION_CLAIMS "[X-Claims]"
#define SECTION_TMPFILES "[X-Tmpfiles]"
#define SECTION_WRITTEN "[X-Written]"
#define SECTION_NETWORK "[X-Network]"
#define SECTION_NFT "[X-Nftables]"
#define SECTION_LOCALHOST "[X-Localhost]"
#define SECTION_MANIFEST "[X-Manifest]"

/* The manifest of a record, behind comments, up to the name of its container, and from there to its entry. */
#define MANIFEST_NAME "version: 1\ncontainers:\n \""
#define MANIFEST_ENTRY "\":\n"

/* The links, of ip(8): a line that adds one of the host, with its MAC address, and the other end; the group of
 * the host's. */
#define LINK_ADD "link add name "
#define LINK_ADDRESS " address "
#define LINK_PEER " peer name "
#define LINK_GROUP 25454

/* Then a line that makes a link a bridge's port. */
#define LINK_SET "link set dev "
#define LINK_MASTER " master "

/* The forwards, of nft(8): a line of which the end of the container undoes what it adds, and a port of UDP there. */
#define ELEMENT_ADD "add element "
#define ELEMENT_DELETE "delete element "
#define ELEMENT_UDP "udp . "
#define FORWARDS_TABLE_NAME "nixos-containers"
#define FORWARDS_TABLE "inet " FORWARDS_TABLE_NAME

/* The start of a line that adds a link which internetAccess restricts, its name behind it, and what marks the packets that may go there. */
#define ELEMENT_RESTRICTED ELEMENT_ADD FORWARDS_TABLE " restricted { \""
#define RESTRICTED_MARK 0x1000000

/* The files, of tmpfiles.d(5): a line that removes a directory, one that makes one, and that with a path in quotes. */
#define FILES_REMOVE "R "
#define FILES_MAKE "d"
#define FILES_MAKE_QUOTED "d \""

/* What containers write: a line with the name of one and a directory, and one with the mode, the owner, the group and the path of what is
 * made there. Paths end with a slash, and "%" is doubled. */
#define WRITTEN_BY "by "
#define WRITTEN_MAKE "make "
