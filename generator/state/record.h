/* Records: what running containers were started with, in RECORDS_DIRECTORY/NAME. The files of a record:
 *
 *   format    the version of this format, a number: RECORD_FORMAT. Without it, it is 1.
 *   unit      the generated container@NAME.service
 *   claims    its section [X-Claims]: what no other container can have meanwhile, a line each
 *   tmpfiles  its section [X-Tmpfiles]
 *   network   its section [X-Network], if the container has links
 *   nft       its section [X-Nftables], if ports are forwarded or it is told where it may go
 *   localhost its section [X-Localhost], if ports of the host's loopback addresses are forwarded
 *   manifest.yaml
 *             its section [X-Manifest]: a manifest of the container alone
 *   system    the path of the system that runs, if another has been activated since
 *   unfinished
 *             there if it was being changed and that was not finished: what it has may differ from what the record says
 *
 * container-record makes and removes them, nixos-container updates them. The generator reads the units, so that a container which is no longer
 * declared keeps its own until it has stopped.
 *
 * Containers go on running while this project is exchanged for a newer version, or an older one. So what a released version has written
 * is read for ever: tests/records/ has records of each. A record of a format that is not known is not compared or changed, but removed
 * as far as it is known. For that, in all formats:
 *
 *   - a record has no directories in it, and the files above mean what they mean here, or have another name;
 *   - the rules in "nft" are the same for a table of one name, as all containers share it: other rules are for another table. */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "state/paths.h"

/* Below RECORDS_DIRECTORY: a symbolic link for each claim, named as it, to the name of the container that has it. Its
 * own name cannot be a container's. */
#define CLAIMS_DIRECTORY ".claims"

/* The newest format, which is written. It grows when an older version could not make out a record any more. */
#define RECORD_FORMAT 1

#define RECORD_FORMAT_FILE "format"
#define RECORD_UNIT "unit"
#define RECORD_CLAIMS "claims"
#define RECORD_TMPFILES "tmpfiles"
#define RECORD_NETWORK "network"
#define RECORD_NFT "nft"
#define RECORD_LOCALHOST "localhost"
#define RECORD_MANIFEST "manifest.yaml"
#define RECORD_SYSTEM "system"
#define RECORD_UNFINISHED "unfinished"

/* Below RECORDS_DIRECTORY, a format of the name: where a record is made, and where it is taken apart. */
#define RECORD_NEW ".%s.new"

/* The same: there if a container was stopped to be started again. */
#define RECORD_START_MARK ".%s.start"

/* What RECORD_NFT is called while its rules are being removed. */
#define RECORD_NFT_ENDING "nft-ending"

/* In the directory container@NAME.service.d of a running container that is no longer declared, or has errors in its entry. */
#define RETIRED_DROP_IN "retired.conf"
#define BROKEN_DROP_IN "broken.conf"

/* Opens RECORDS_DIRECTORY, which is made if it is missing, and locks it until it is closed: what is read and written there,
 * and the table of nftables that all containers share, has one user at a time. -1 if that fails; that was logged. */
int records_open(void);

/* Puts @text in the place of a file in a directory below @records, in one step: that of a container's record, or another. False
 * if that fails; that was logged. */
bool records_replace_file(Arena *arena, int records, const char *directory, const char *file, const Buffer *text);

/* Removes what an update that was interrupted has left among the records and nobody looks at any more. */
void records_clean(void);
/* Looks at the format of the record in the directory @path. False, with errno set, if it cannot be read. *ret_unknown is NULL if it is
 * known here; if not, what is to be said of the container: it was "started by another version …". */
bool record_check_format(Arena *arena, const char *path, const char **ret_unknown);
/* Looks which system was activated in the container with the record in the directory @path since it was started: NULL for none. False,
 * with errno set, if that cannot be read. */
bool record_read_system(Arena *arena, const char *path, const char **ret_system);

/* Reads @file of a container's record into @ret_text, a new buffer; one that is not there is empty. False, after it was logged, if it
 * cannot be read. */
bool record_read(Arena *arena, const char *container, const char *file, Buffer *ret_text);

/* All of these log what goes wrong and return false then. @directory is the generator's. */

/* Makes the record of a container that starts: copies its unit from @directory, and takes its [X-…] sections apart. What is
 * left of an earlier run is removed first. */
bool record_create(const char *directory, const char *container);

/* Keeps record_remove() waiting until the descriptor that is returned is closed, here and in all processes that inherit it: what a
 * start has begun may go on when the process that has begun it is killed. -1, after it was logged, if that cannot be. */
int record_hold(const char *container);

/* Undoes what the record says was added, and removes the record. Does nothing if there is none. */
bool record_remove(const char *container);

/* Listens on the host's loopback addresses for a container that runs now, see localhost.h. */
bool record_listen(const char *container);

/* Notes that @system has been activated in the container. */
bool record_set_system(const char *container, const char *system);

/* Deletes the forwards and claims of a running container that its unit in @directory has no longer. The record is marked as
 * unfinished if there were any: record_update() is to follow. */
bool record_give_up(const char *directory, const char *container);

/* Notes that the container, which is to be stopped, is to be started again. Its next start removes the note. */
bool record_mark_start(const char *container);

/* Does what else there is to do in a container for record_update(). False, after it was logged, if that fails. */
typedef bool (*RecordAttach)(void *userdata);

/* Gives a running container the forwards and files of its unit in @directory, calls @attach (or NULL), and makes that unit its
 * record. If that fails, the record is the old one, and marked as unfinished once anything was changed. */
bool record_update(const char *directory, const char *container, RecordAttach attach, void *userdata);
