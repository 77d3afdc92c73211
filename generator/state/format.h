/* SPDX-License-Identifier: MIT */
/* What is searched for in the text of a state record, or of the unit that it is a copy of: some of what templates/ writes for other
 * programs is read back. The tests check the templates against this. */
#pragma once

#include "state/paths.h"

/* The start of the last line of a unit that the generator has written completely, and of the first one of its sections in SECTIONS_FILE, after
 * an empty line. The last line of these, also after an empty one, which is the last one of the unit in a state record. Units with errors have
 * neither. */
#define UNIT_CONTINUED "# Continued in " SECTIONS_FILE
#define UNIT_SECTIONS "[container@"
#define UNIT_END "# End of container@"

/* Sections of a unit, each of which becomes a file of the state record. */
#define SECTION_CLAIMS "[X-Claims]"
#define SECTION_TMPFILES "[X-Tmpfiles]"
#define SECTION_SOURCES "[X-Sources]"
#define SECTION_WRITTEN "[X-Written]"
#define SECTION_NETWORK "[X-Network]"
#define SECTION_NFT "[X-Nftables]"
#define SECTION_LOCALHOST "[X-Localhost]"
#define SECTION_MANIFEST "[X-Manifest]"

/* The manifest of a state record, after its comments, up to the name of its container, and from there to its entry. */
#define MANIFEST_NAME "version: 1\ncontainers:\n \""
#define MANIFEST_ENTRY "\":\n"

/* The links, of ip(8): a line that adds a link of the host, with its MAC address; the group of the host's ends. */
#define LINK_ADD "link add name "
#define LINK_ADDRESS " address "
#define LINK_GROUP 25454

/* A later line that adds the route to an address of the container, and the link that it is behind. */
#define ROUTE_ADD "route add "
#define ROUTE_DEVICE " dev "

/* A later line that makes a link a port of a bridge. */
#define LINK_SET "link set dev "
#define LINK_MASTER " master "

/* The forwards, of nft(8): a line whose addition is undone at the end of the container, and a UDP port in it. */
#define ELEMENT_ADD "add element "
#define ELEMENT_DELETE "delete element "
#define ELEMENT_UDP "udp . "
#define FORWARDS_TABLE_NAME "nixos-containers"
#define FORWARDS_TABLE "inet " FORWARDS_TABLE_NAME

/* The start of a line that adds a link restricted by internetAccess, followed by its name, and the mark of the packets that may go
 * there. */
#define ELEMENT_RESTRICTED ELEMENT_ADD FORWARDS_TABLE " restricted { \""
#define RESTRICTED_MARK 0x1000000

/* The start of a line that adds a link with internetAccess, followed by its name, and of one that adds a forward open to other machines:
 * "open4 { tcp . 80 : 10.0.0.2 . 80 }", "open6at {…". The link that its target is behind is in a line of the others. */
#define ELEMENT_INTERNET ELEMENT_ADD FORWARDS_TABLE " internet { \""
#define ELEMENT_OPEN ELEMENT_ADD FORWARDS_TABLE " open"
#define ELEMENT_TARGET " : "
#define ELEMENT_HAIRPIN ELEMENT_ADD FORWARDS_TABLE " hairpins"

/* The files, of tmpfiles.d(5): a line that removes a directory, one that creates one, the latter with a quoted path, and what makes the
 * directory or the file at a host path. */
#define FILES_REMOVE "R "
#define FILES_MAKE "d"
#define FILES_MAKE_QUOTED "d \""
#define FILES_MAKE_HOST_DIRECTORY "d- "
#define FILES_MAKE_HOST_FILE "f- "

/* What containers write to: a line with a container's name and a directory, and ones with the mode, the owner, the group and the path of
 * a directory and a file that are created there. Paths end with a slash, and "%" is doubled. */
#define WRITTEN_BY "by "
#define WRITTEN_MAKE "make "
#define WRITTEN_MAKE_FILE "make-file "
