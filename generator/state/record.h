/* SPDX-License-Identifier: MIT */
/* Records: what running containers were started with, in RECORDS_DIRECTORY/NAME. The files of a record:
 *
 *   format    the version of this format, a number: RECORD_FORMAT. Without it, it is 1.
 *   unit      the generated container@NAME.service
 *   claims    its section [X-Claims]: what no other container can have meanwhile, a line each
 *   tmpfiles  its section [X-Tmpfiles]
 *   written   its section [X-Written], if its paths on the host lead through what containers write
 *   network   its section [X-Network], if the container has links
 *   nft       its section [X-Nftables], if ports are forwarded or it is told where it may go
 *   localhost its section [X-Localhost], if ports of the host's loopback addresses are forwarded
 *   manifest.yaml
 *             its section [X-Manifest]: a manifest of the container alone
 *   drop-ins  what was set for its unit beside, see drop-ins.h; not there if it was started by a version that did not note that
 *   system    the path of the system that runs, if another has been activated since
 *   unfinished
 *             there if it was being changed and that was not finished: what it has may differ from what the record says
 *   ending    there if the container has ended, and something could not be removed: the files above have no more than that
 *
 * What a unit runs makes, updates and removes them (runtime/), and nixos-container looks at them. The generator reads the units, so that a
 * container which is no longer declared keeps its own until it has stopped.
 *
 * Containers go on running while this project is exchanged for a newer version, or an older one. So what a released version has written
 * is read for ever: tests/records/ has records of each. A record of a format that is not known is not compared or changed, but removed
 * as far as it is known. For that, in all formats:
 *
 *   - a record has no directories in it, and the files above mean what they mean here, or have another name;
 *   - the rules in "nft" are the same for a table of one name, as all containers share it: other rules are for another table.
 *
 * What is looked for in their text is in format.h. */
#pragma once

#include "base/arena.h"
#include "base/buffer.h"
#include "state/paths.h"

/* The newest format, which is written. It grows when an older version could not make out a record any more. */
#define RECORD_FORMAT 1

#define RECORD_FORMAT_FILE "format"
#define RECORD_UNIT "unit"
#define RECORD_CLAIMS "claims"
#define RECORD_TMPFILES "tmpfiles"
#define RECORD_WRITTEN "written"
#define RECORD_NETWORK "network"
#define RECORD_NFT "nft"
#define RECORD_LOCALHOST "localhost"
#define RECORD_MANIFEST "manifest.yaml"
#define RECORD_DROP_INS "drop-ins"
#define RECORD_SYSTEM "system"
#define RECORD_UNFINISHED "unfinished"
#define RECORD_ENDING "ending"

/* Below RECORDS_DIRECTORY: there if a container was stopped to be started again, or ran by a unit that was not generated, before a switch.
 * Formats of its name. */
#define RECORD_START_MARK ".%s.start"
#define RECORD_OTHER_MARK ".%s.other"

/* What RECORD_NFT is called while its rules are being removed. */
#define RECORD_NFT_ENDING "nft-ending"

/* In the directory container@NAME.service.d of a running container that is no longer declared, or has errors in its entry. */
#define RETIRED_DROP_IN "retired.conf"
#define BROKEN_DROP_IN "broken.conf"

/* The path of a file of a record, or of another directory there, below RECORDS_DIRECTORY. */
typedef struct RecordPath {
        char text[2 * NAME_MAX + 2];
} RecordPath;

RecordPath record_path(const char *directory, const char *file);

/* What a container has on the host: sections of its unit, each a file of its record. */
typedef union RecordParts {
        struct {
                Buffer claims, tmpfiles, network, nft, localhost, written;
        };
        Buffer all[6];
} RecordParts;

#define RECORD_PARTS_NULL ((RecordParts){0})

/* Takes them out of the text of a unit. */
RecordParts record_parts_of(const Buffer *unit);

/* Reads them; a file that is not there is empty. */
MUST_CHECK int record_read_parts(const char *container, RecordParts *ret_parts);

/* Whether both have the same text. */
bool record_parts_are_same(const RecordParts *a, const RecordParts *b);

void record_parts_free(RecordParts *parts);

#define CLEANUP_RECORD_PARTS CLEANUP(record_parts_free)

/* Opens RECORDS_DIRECTORY, which is made if it is missing, and locks it until it is closed: what is read and written there,
 * and the table of nftables that all containers share, has one user at a time. */
MUST_CHECK int records_open(void);

/* Removes what an update that was interrupted has left among the records and nobody looks at any more. */
void records_clean(void);

/* Looks at the format of the record in the directory @path. *ret_unknown is NULL if it is known here; if not, what is to be said of the
 * container: it was "started by another version …". One without a record is like one whose format is known. */
MUST_CHECK int record_check_format(Arena *arena, const char *path, const char **ret_unknown);

/* Looks which system was activated in the container with the record in the directory @path since it was started: NULL for none. */
MUST_CHECK int record_read_system(Arena *arena, const char *path, const char **ret_system);

/* Reads @file of a container's record; one that is not there is empty. */
MUST_CHECK int record_read(const char *container, const char *file, Buffer *ret_text);

/* All of these are for who has opened the @records. */

/* Whether the container has a record as far as is known, where the records are not opened: it may be made or removed at any moment. */
bool record_may_exist(const char *container);

/* Whether the container has a record: 1 or 0. */
MUST_CHECK int record_exists(int records, const char *container);

/* Whether there is @file in a directory there: 1 or 0. */
MUST_CHECK int record_has_file(int records, const char *directory, const char *file);

/* Whether the record of any container has @file. */
bool records_have_file(int records, const char *file);

/* Makes the record of @unit, at once the container's. With @unfinished it has that mark, and the one that the container had is kept
 * aside: record_take_back() puts that, marked too, in its place again, and record_drop_other() removes it. */
MUST_CHECK int record_write(int records, const char *container, const Buffer *unit, bool unfinished);
MUST_CHECK int record_take_back(int records, const char *container);
MUST_CHECK int record_drop_other(int records, const char *container);

/* Removes the record: it is whole or gone. */
MUST_CHECK int record_delete(int records, const char *container);

/* Puts @text in the place of a file in a directory there, in one step: that of a container's record, or another. */
MUST_CHECK int record_replace_file(int records, const char *directory, const char *file, const Buffer *text);

/* Removes a file of a record; one that is not there is removed already. */
MUST_CHECK int record_remove_file(int records, const char *container, const char *file);

/* Gives a file of a record another name, if it is there. */
MUST_CHECK int record_rename_file(int records, const char *container, const char *file, const char *new);

/* Makes an empty file of a record: a mark. With RECORD_UNFINISHED, what there is and what the record says may differ. Only the next start
 * mends that, or an update. */
MUST_CHECK int record_mark(int records, const char *container, const char *mark);

/* These open them themselves. */

/* Notes that @system has been activated in the container. */
MUST_CHECK int record_set_system(const char *container, const char *system);

/* Notes that the container, which is to be stopped, is to be started again. Its next start removes the note. */
MUST_CHECK int record_mark_start(const char *container);
void record_clear_start(int records, const char *container);

/* Notes that the container runs by a unit that was not generated, and removes these notes of all containers. */
MUST_CHECK int record_mark_other(const char *container);
void record_clear_others(void);
