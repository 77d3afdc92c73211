/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/file.h"
#include "capture.h"
#include "manifest/container.h"
#include "manifest/sources.h"
#include "own-run.h"
#include "runtime/sources.h"

/* What is asked for, and what is done by default. */
static void a_directory_is_made_where_it_is_meant_and_harms_nobody(void **state) {
        static const struct {
                const char *host_path, *mount_point, *type, *mode;
                bool is_writable;
                const char *missing;
        } cases[] = {
                {"/srv/a", "/a", "any", NULL, true, "create"},
                {"/srv/a", "/a", "any", NULL, false, "fail"},
                {"/srv/a", "/a", "any", "0700", false, "create"},
                {"/srv/a", "/a", "directory", NULL, false, "create"},
                {"/srv/a", "/a", "file", NULL, true, "fail"},
                {"/srv/a", "/a", "socket", NULL, true, "wait"},
                {"/srv/a", "/a", "device", NULL, true, "wait"},
                {"/srv/a.b", "/a", "any", NULL, true, "fail"},
                {"/srv/a", "/a.b", "any", NULL, true, "fail"},
                {"/srv/a.b", "/a.b", "any", "0700", true, "create"},
                {"/srv/.a", "/.a", "any", NULL, true, "create"},
                {"/srv/a.", "/a", "any", NULL, true, "create"},
                {"/srv/a.b/c", "/a", "any", NULL, true, "create"},
                {"/", "/a", "any", NULL, true, "create"},
                {"/srv/a", "/etc/a", "any", NULL, true, "fail"},
                {"/etc/a", "/a", "any", NULL, true, "fail"},
                {"/etcetera", "/a", "any", NULL, true, "create"},
                {"/srv/a", "/run/a", "any", NULL, true, "fail"},
                {"/run/a", "/a", "any", "0700", true, "fail"},
                {"/run/a", "/a", "directory", NULL, true, "fail"},
                {"/run/a", "/a", "socket", NULL, true, "wait"},
                {"/var/run/a", "/a", "directory", NULL, true, "fail"},
                {"/proc/a", "/a", "directory", NULL, true, "fail"},
                {"/sys/a", "/a", "directory", NULL, true, "fail"},
                {"/dev/a", "/a", "any", NULL, false, "wait"},
                {"/dev/a", "/a", "directory", "0700", true, "wait"},
        };
        const Mark given = {.line = 1, .column = 1};

        (void)state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                BindMount mount = {.host_path = {given, cases[i].host_path},
                        .mount_point = {given, cases[i].mount_point},
                        .host_path_type = {given, cases[i].type},
                        .is_read_only = {given, !cases[i].is_writable},
                        .host_path_mode = {DEFAULT_MARK, "0755"},
                        .host_path_user = {DEFAULT_MARK, "root"},
                        .host_path_group = {DEFAULT_MARK, "root"}};

                if (cases[i].mode)
                        mount.host_path_mode = (Text){given, cases[i].mode};
                if (strcmp(source_missing(&mount), cases[i].missing) != 0)
                        fail_msg("%zu: %s at %s: %s", i, cases[i].host_path, cases[i].mount_point,
                                source_missing(&mount));
        }
}

/* Asserts what is said of the line of a section; NULL: nothing, and it is good. */
static void check(const char *line, const char *said) {
        char *arguments[] = {(char *)"--directory=/run/root", (char *)"--bind=/run/a/x:/data",
                (char *)"--bind-ro=/run/a/50%:/50%", (char *)"--private-users=pick", NULL};
        Buffer sources = BUFFER_NULL;
        Capture capture = capture_start(stderr);
        int r;
        char *text;

        buffer_append_text(&sources, "# A comment.\n");
        buffer_append_text(&sources, line);
        buffer_append_text(&sources, "\n");
        r = sources_check("web", &sources, &BUFFER_NULL, arguments);
        text = capture_end(&capture);
        if (said) {
                assert_non_null(strstr(text, said));
                assert_true(r < 0 || strstr(text, "nobody"));
        } else {
                assert_string_equal(text, "");
                assert_int_equal(r, 0);
        }
        free(text);
        buffer_free(&sources);
}

static void have_directory(const char *path) {
        assert_return_code(make_directory(AT_FDCWD, path, 0755), errno);
}

static void have_node(const char *path, mode_t mode) {
        (void)unlink(path);
        assert_return_code(mknod(path, mode, makedev(1, 3)), errno);
        assert_return_code(chmod(path, mode & 07777), errno);
}

static void what_is_there_has_to_be_of_the_kind(void **state) {
        (void)state;
        have_directory("/run/a/x");
        check("any fail bindMounts /run/a/x/", NULL);
        check("directory create bindMounts /run/a/x/", NULL);
        check("file wait bindMounts /run/a/x/",
                "containers.web.bindMounts.\"/data\".hostPath: /run/a/x is a directory");
        check("device wait devices /run/a/x/", "containers.web.devices: /run/a/x is a directory, not a device");
        have_node("/run/a/50%", S_IFREG | 0644);
        check("file fail bindMounts /run/a/50%%/", NULL);
        check("socket fail bindMounts /run/a/50%%/",
                "containers.web.bindMounts.\"/50%\".hostPath: /run/a/50% is a file");
        have_node("/run/a/50%", S_IFCHR | 0666);
        check("device wait devices /run/a/50%%/", NULL);
        have_node("/run/a/50%", S_IFCHR | 0660);
        check("device wait devices /run/a/50%%/", "has mode 0660 and belongs to nobody in the container");
}

static void what_is_missing_is_said(void **state) {
        (void)state;
        check("any fail bindMounts /run/a/x/", "bindMounts.\"/data\".hostPath: /run/a/x does not exist");
        check("any create bindMounts /run/a/x/", "/run/a/x does not exist, and nothing is created in /run/a");
        check("any wait bindMounts /run/a/x/y/", "/run/a/x/y does not exist, and has not appeared");
        check("device wait devices /run/a/x/", "containers.web.devices: /run/a/x does not exist");
        assert_return_code(symlink("/run/a/nowhere", "/run/a/x"), errno);
        check("any create bindMounts /run/a/x/", "/run/a/x is a symbolic link to nothing");
        /* Outside. */
        check("any create bindMounts /nowhere/x/", NULL);
        check("any fail bindMounts /nowhere/x/",
                "/nowhere/x does not exist: the container cannot start. Create it, or set");
}

static void a_file_is_not_replaced_by_a_directory(void **state) {
        (void)state;
        have_directory("/run/root");
        have_directory("/run/root/nowhere");
        have_node("/run/root/nowhere/x", S_IFREG | 0644);
        check("any create bindMounts /nowhere/x/", "/nowhere/x in the container's rootfs is a file");
        check("file create bindMounts /nowhere/x/", NULL);
        check("any create bindMounts /nowhere/", NULL);
}

static void waiting_ends_when_all_is_there_or_the_time_is_over(void **state) {
        char *paths[] = {(char *)"/run/a", (char *)"/run/a/x"};
        Capture capture = capture_start(stderr);
        char *text;

        (void)state;
        sources_wait("web", 0, paths, 1);
        sources_wait("web", 1, paths, 2);
        text = capture_end(&capture);
        assert_non_null(strstr(text, "Container web is waiting for /run/a/x."));
        free(text);
}

static int start_test(void **state) {
        (void)state;
        if (umount2("/run", MNT_DETACH) < 0 || !own_directory("/run"))
                return -1;
        have_directory("/run/a");
        return 0;
}

int main(void) {
#define TEST(function) cmocka_unit_test_setup(function, start_test)
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_directory_is_made_where_it_is_meant_and_harms_nobody),
                TEST(what_is_there_has_to_be_of_the_kind),
                TEST(what_is_missing_is_said),
                TEST(a_file_is_not_replaced_by_a_directory),
                TEST(waiting_ends_when_all_is_there_or_the_time_is_over),
        };

        if (geteuid() != 0) {
                printf("skipped: sources: only root has a /run of its own\n");
                return 0;
        }
        return own_run("sources") ? cmocka_run_group_tests_name("sources", tests, NULL, NULL) : 0;
}
