/* SPDX-License-Identifier: MIT */
/* State records: what running containers were started with, in RECORDS_DIRECTORY/NAME. The files of a record:
 *
 *   format    the version of this format, a number: RECORD_FORMAT. 1 if the file is missing.
 *   unit      the generated container@NAME.service
 *   claims    its section [X-Claims]: what no other container can have meanwhile, one per line
 *   tmpfiles  its section [X-Tmpfiles]
 *   written   its section [X-Written], if its host paths pass through what containers write to
 *   sources   its section [X-Sources], if it has bind mounts: what has to be at their host paths
 *   network   its section [X-Network], if the container has links
 *   nft       its section [X-Nftables], if ports are forwarded or internetAccess is set, after the table that its elements are in
 *   localhost its section [X-Localhost], if ports of the host's loopback addresses are forwarded
 *   manifest.yaml
 *             its section [X-Manifest]: a manifest of the container alone
 *   secrets   hashes of the secrets that it has, if it has any, see secrets.h
 *   drop-ins  what else was set for its unit, see drop-ins.h; missing if it was started by a version that did not note that
 *   system    the path of the running system, if another one has been activated since the start, or if it is in a profile (profile.h)
 *   unfinished
 *             exists if a change of the container was not finished: what it has may differ from the record
 *   ending    exists if the container has ended, and something could not be removed: the files above contain only that
 *
 * The commands in a unit create, update and remove them (runtime/), and nixos-container reads them. The generator reads the units, so that
 * a container that is no longer declared keeps its own until it has stopped.
 *
 * Containers keep running while this project is replaced by a newer version, or an older one. So what a released version has written stays
 * readable for ever: tests/records/ has records of each. A record of an unknown format is not compared or changed, but removed as far as it
 * is known. For that, in all formats:
 *
 *   - a record has no directories in it, and the files above mean what they mean here, or have another name;
 *   - the rules in "nft" are the same for a table of one name, as all containers share it: other rules are for another table.
 *
 * What is searched for in their text is in format.h. */
#pragma once

#include "base/arena.h"
#include "base/buffer.h"
#include "state/paths.h"

/* The newest format, which is written. Increased when older versions can no longer read a record. */
#define RECORD_FORMAT 1

#define RECORD_FORMAT_FILE "format"
#define RECORD_UNIT "unit"
#define RECORD_CLAIMS "claims"
#define RECORD_TMPFILES "tmpfiles"
#define RECORD_WRITTEN "written"
#define RECORD_SOURCES "sources"
#define RECORD_NETWORK "network"
#define RECORD_NFT "nft"
#define RECORD_LOCALHOST "localhost"
#define RECORD_MANIFEST "manifest.yaml"
#define RECORD_SECRETS "secrets"
#define RECORD_DROP_INS "drop-ins"
#define RECORD_SYSTEM "system"
#define RECORD_UNFINISHED "unfinished"
#define RECORD_ENDING "ending"

/* Below RECORDS_DIRECTORY: exists if, before a switch, a container was stopped to be started again, or ran in a unit that was not
 * generated. Format strings for its name. */
#define RECORD_START_MARK ".%s.start"
#define RECORD_OTHER_MARK ".%s.other"

/* The name of RECORD_NFT while its rules are being removed. */
#define RECORD_NFT_ENDING "nft-ending"

/* In the directory container@NAME.service.d of a running container that is undeclared, or has errors in its entry. */
#define RETIRED_DROP_IN "retired.conf"
#define BROKEN_DROP_IN "broken.conf"

/* The path of a file of a state record, or of another directory there, below RECORDS_DIRECTORY. */
typedef struct RecordPath {
        char text[2 * NAME_MAX + 2];
} RecordPath;

RecordPath record_path(const char *directory, const char *file);

/* What a container has on the host: sections of its unit, each a file of its state record. */
typedef union RecordParts {
        struct {
                Buffer claims, tmpfiles, network, nft, localhost, written, sources;
        };
        Buffer all[7];
} RecordParts;

#define RECORD_PARTS_NULL ((RecordParts){0})

/* Extracts them from the text of a unit. */
RecordParts record_parts_of(const Buffer *unit);

/* Reads them; a missing file is empty. */
MUST_CHECK int record_read_parts(const char *container, RecordParts *ret_parts);

/* Whether both have the same text. */
bool record_parts_are_same(const RecordParts *a, const RecordParts *b);

void record_parts_free(RecordParts *parts);

#define CLEANUP_RECORD_PARTS CLEANUP(record_parts_free)

/* Opens RECORDS_DIRECTORY, creating it if it is missing, and locks it until it is closed: only one process at a time reads and writes what
 * is there, and the nftables table that all containers share. */
MUST_CHECK int records_open(void);

/* Removes what an interrupted update has left behind among the records and nothing uses any more. */
void records_clean(void);

/* Checks the format of the state record in the directory @path. *ret_unknown is NULL if it is known; otherwise it is what to report about
 * the container: "started by an incompatible version …". A missing record counts as known. */
MUST_CHECK int record_check_format(Arena *arena, const char *path, const char **ret_unknown);

/* Gets the system that was activated since the start of the container with the state record in the directory @path; NULL for none. */
MUST_CHECK int record_read_system(Arena *arena, const char *path, const char **ret_system);

/* Reads @file of a container's state record; a missing one is empty. */
MUST_CHECK int record_read(const char *container, const char *file, Buffer *ret_text);

/* The caller of all of these has opened the @records. */

/* Whether the container has a state record as far as is known, without opening the records: it may be created or removed at any moment. */
bool record_may_exist(const char *container);

/* Whether the container has a state record: 1 or 0. */
MUST_CHECK int record_exists(int records, const char *container);

/* Whether there is @file in a directory there: 1 or 0. */
MUST_CHECK int record_has_file(int records, const char *directory, const char *file);

/* Whether any container's state record has @file. */
bool records_have_file(int records, const char *file);

/* Creates the state record of @unit, which becomes the container's in one step. With @unfinished it has that mark, and the container's
 * previous record is kept aside: record_take_back() restores that, marked too, and record_drop_other() removes it. */
MUST_CHECK int record_write(int records, const char *container, const Buffer *unit, bool unfinished);
MUST_CHECK int record_take_back(int records, const char *container);
MUST_CHECK int record_drop_other(int records, const char *container);

/* Removes the state record: it is complete or gone. */
MUST_CHECK int record_delete(int records, const char *container);

/* Replaces a file in a directory there with @text, in one step: that of a container's state record, or another. */
MUST_CHECK int record_replace_file(int records, const char *directory, const char *file, const Buffer *text);

/* Removes a file of a state record; a missing one counts as removed. */
MUST_CHECK int record_remove_file(int records, const char *container, const char *file);

/* Renames a file of a state record, if it exists. */
MUST_CHECK int record_rename_file(int records, const char *container, const char *file, const char *new);

/* Creates an empty file in a state record: a mark. With RECORD_UNFINISHED, the container may differ from the record. Only the next start
 * repairs that, or an update. */
MUST_CHECK int record_mark(int records, const char *container, const char *mark);

/* These open the records themselves. */

/* Notes that @system has been activated in the container. */
MUST_CHECK int record_set_system(const char *container, const char *system);

/* Notes that the container, which is about to be stopped, is to be started again. Its next start removes the note. */
MUST_CHECK int record_mark_start(const char *container);
void record_clear_start(int records, const char *container);

/* Notes that the container runs in a unit that was not generated, and removes these notes of all containers. */
MUST_CHECK int record_mark_other(const char *container);
void record_clear_others(void);
