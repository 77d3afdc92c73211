/* SPDX-License-Identifier: MIT */
#include "manifest/sources.h"

#include "base/path.h"

/* Of a directory such as www.example.org it cannot be told. */
static bool may_be_file_name(const char *path) {
        const char *name = strrchr(path, '/') + 1;
        const char *dot = *name ? strrchr(name + 1, '.') : NULL;

        return dot && dot[1];
}

static bool may_be_file(const char *path) {
        return path_is_within(path, "/etc") || path_is_made_by_others(path) || may_be_file_name(path);
}

/* What an option says that is not given counts as little if it is given. */
static bool is_default(const Text *value, const char *by_default) {
        return strcmp(value->text, by_default) == 0;
}

/* Nothing but a directory has a mode and an owner, and into one that is empty and read-only nobody would look. */
static bool is_likely_directory(const BindMount *mount) {
        return !is_default(&mount->host_path_mode, "0755") || !is_default(&mount->host_path_user, "root") ||
               !is_default(&mount->host_path_group, "root") ||
               (!mount->is_read_only.value && !may_be_file(mount->host_path.text) &&
                       !may_be_file(mount->mount_point.text));
}

const char *source_missing(const BindMount *mount) {
        const char *type = mount->host_path_type.text, *path = mount->host_path.text;

        if (mount->host_path_missing.text)
                return mount->host_path_missing.text;
        if (path_is_below(path, "/dev") || is_one_of(type, "device", "socket"))
                return "wait";
        if (path_is_made_by_others(path) || strcmp(type, "file") == 0)
                return "fail";
        return strcmp(type, "directory") == 0 || is_likely_directory(mount) ? "create" : "fail";
}

const char *source_mode(const BindMount *mount) {
        return source_is_file(mount) && is_default(&mount->host_path_mode, "0755") ? "0644"
                                                                                   : mount->host_path_mode.text;
}

bool source_is_file(const BindMount *mount) {
        return strcmp(mount->host_path_type.text, "file") == 0;
}
