/* SPDX-License-Identifier: MIT */
#include "runtime/files.h"

#include "base/arena.h"
#include "base/lines.h"
#include "config.h"
#include "runtime/root-directory.h"
#include "runtime/run-tool.h"
#include "state/format.h"

/* Whether the line makes something that is there as it is to be: systemd-tmpfiles would leave it as it is. */
static bool is_there(Arena *arena, const char *line, const char *end) {
        const char *path = memchr(line, ' ', (size_t)(end - line)), *path_end, *mode;
        bool is_host_path =
                line_behind(line, end, FILES_MAKE_HOST_DIRECTORY) || line_behind(line, end, FILES_MAKE_HOST_FILE);
        struct stat status;

        if ((!is_host_path && !line_behind(line, end, FILES_MAKE)) || !path)
                return false;
        path++;
        path_end = *path == '"' ? memchr(path + 1, '"', (size_t)(end - path - 1))
                                : memchr(path, ' ', (size_t)(end - path));
        path += *path == '"';
        if (!path_end || memchr(path, '\\', (size_t)(path_end - path)) || memchr(path, '%', (size_t)(path_end - path)))
                return false;
        mode = path_end + strspn(path_end, "\" ");
        if (lstat(arena_copy(arena, path, (size_t)(path_end - path)), &status) < 0)
                return false;
        /* Whatever is at a host path is what is wanted. */
        return is_host_path ||
               (S_ISDIR(status.st_mode) &&
                       (*mode == ':' || ((status.st_mode & 07777) == strtoul(mode, NULL, 8) && status.st_uid == 0)));
}

/* What is to be removed has been already. */
Buffer files_missing(const Buffer *tmpfiles) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        Buffer missing = BUFFER_NULL;

        for_each_line(line, end, tmpfiles) {
                if (line != end && *line != '#' && !line_behind(line, end, FILES_REMOVE) &&
                        !is_in_root_directory(line, end) && !is_there(&arena, line, end))
                        buffer_append(&missing, line, (size_t)(end + 1 - line));
        }
        return missing;
}

int files_create(const Buffer *tmpfiles) {
        char *const systemd_tmpfiles[] = {(char *)TOOL_SYSTEMD_TMPFILES, (char *)"--create", (char *)"-", NULL};
        CLEANUP_BUFFER Buffer lines = BUFFER_NULL;

        for_each_line(line, end, tmpfiles) {
                if (!is_in_root_directory(line, end))
                        buffer_append(&lines, line, (size_t)(end + 1 - line));
        }
        return lines.length > 0 ? run_tool(systemd_tmpfiles, &lines) : 0;
}

int files_remove(const Buffer *tmpfiles) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        int result = 0;

        for_each_line(line, end, tmpfiles) {
                const char *path = line_behind(line, end, FILES_REMOVE);

                if (path)
                        keep_failure(&result, remove_ephemeral_root(arena_copy(&arena, path, (size_t)(end - path))));
        }
        return result;
}
