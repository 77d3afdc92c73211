/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/file.h"
#include "capture.h"
#include "own-run.h"
#include "runtime/idmap.h"

#define MAX 6

static void have_directory(const char *path) {
        assert_return_code(make_directory(AT_FDCWD, path, 0755), errno);
}

static void mount_at(const char *path, const char *type) {
        have_directory(path);
        assert_return_code(mount(type, path, type, 0, NULL), errno);
}

static int start_test(void **state) {
        (void)state;
        if (umount2("/run", MNT_DETACH) < 0 || !own_directory("/run"))
                return -1;
        have_directory("/run/a");
        return 0;
}

/* Asserts whether the arguments can be mapped, which ones they become, and what is said; NULL for whatever it is. */
static void check(bool good, const char *const arguments[MAX], const char *const expected[MAX], const char *said) {
        Capture capture = capture_start(stderr);
        Arena arena = ARENA_NULL;
        char **result;
        int r = idmap_arguments(&arena, "web", (char **)arguments, &result);
        char *text = capture_end(&capture);

        assert_int_equal(r >= 0, good);
        if (said)
                assert_non_null(strstr(text, said));
        else
                assert_string_equal(text, "");
        for (size_t i = 0; expected && (i == 0 || expected[i - 1]); i++)
                if (expected[i])
                        assert_string_equal(result[i], expected[i]);
                else
                        assert_null(result[i]);
        free(text);
        arena_free(&arena);
}

#define LIST(...) ((const char *const[MAX]){__VA_ARGS__})

static void what_is_not_mapped_stays_as_it_is(void **state) {
        (void)state;
        mount_at("/run/a/b", "tmpfs");
        check(true, LIST("--bind=/run/a:/data", "--bind-ro=/run/a"), LIST("--bind=/run/a:/data", "--bind-ro=/run/a"),
                NULL);
        check(true, LIST("--bind=/run/a/b:/data:idmap", "--bind=/run/missing:/data:idmap", "--bind=/run/a:/x:noidmap"),
                LIST("--bind=/run/a/b:/data:idmap", "--bind=/run/missing:/data:idmap", "--bind=/run/a:/x:noidmap"),
                NULL);
}

static void each_mount_below_has_an_argument_of_its_own(void **state) {
        (void)state;
        mount_at("/run/a/b", "tmpfs");
        mount_at("/run/a/b/c", "tmpfs");
        mount_at("/run/a/1 2\\040\n:3", "tmpfs");
        mount_at("/run/ab", "tmpfs");
        check(true, LIST("--bind-ro=/run/a:/data:idmap"),
                LIST("--bind-ro=/run/a:/data:norbind,idmap", "--bind-ro=/run/a/b:/data/b:norbind,idmap",
                        "--bind-ro=/run/a/b/c:/data/b/c:norbind,idmap",
                        "--bind-ro=/run/a/1 2\\\\040\n\\:3:/data/1 2\\\\040\n\\:3:norbind,idmap"),
                NULL);
}

static void what_something_else_is_mounted_over_is_left_out(void **state) {
        (void)state;
        mount_at("/run/a/b", "tmpfs");
        have_directory("/run/a/b/c");
        mount_at("/run/a/b/c", "tmpfs");
        check(true, LIST("--bind=/run/a:/data:idmap", "--tmpfs=/data/b:size=1M"),
                LIST("--bind=/run/a:/data:norbind,idmap", "--tmpfs=/data/b:size=1M"), NULL);
        check(true, LIST("--bind=/run/a:/data:idmap", "--bind=/srv:/data/b/c"),
                LIST("--bind=/run/a:/data:norbind,idmap", "--bind=/run/a/b:/data/b:norbind,idmap",
                        "--bind=/srv:/data/b/c"),
                NULL);
        check(true, LIST("--bind=/run/a:/data:idmap", "--bind-ro=/data/b"),
                LIST("--bind=/run/a:/data:norbind,idmap", "--bind-ro=/data/b"), NULL);
        /* By the host too. */
        mount_at("/run/a", "tmpfs");
        check(true, LIST("--bind=/run/a:/data:idmap"), LIST("--bind=/run/a:/data:idmap"), NULL);
}

static void a_mount_below_of_another_owner_needs_a_bind_mount_of_its_own(void **state) {
        (void)state;
        mount_at("/run/a/b", "tmpfs");
        check(false, LIST("--bind=/run/a:/data:rootidmap"), NULL,
                "/run/a/b is mounted below its hostPath, but idmap: rootidmap");
}

static void a_file_system_that_cannot_be_mapped_is_said(void **state) {
        (void)state;
        mount_at("/run/a/proc", "proc");
        check(false, LIST("--bind=/run/a:/data:idmap"), NULL,
                "below its hostPath, /run/a/proc is on a file system of type proc, ");
        check(false, LIST("--bind=/run/a/proc:/data:idmap"), NULL, "/run/a/proc is on a file system of type proc");
        check(false, LIST("--bind-ro=/run/a/proc:/run/a/proc:rootidmap"), NULL,
                "/run/a/proc is on a file system of type proc");
        check(false, LIST("--private-users-ownership=map", "--directory=/run/a/proc"), NULL,
                "the rootfs /run/a/proc is on a file system of type proc");
}

static void what_nobody_writes_as_an_owner_stays_unmapped(void **state) {
        (void)state;
        mount_at("/run/a/proc", "proc");
        check(true, LIST("--bind-ro=/run/a/proc:/data:idmap"), LIST("--bind-ro=/run/a/proc:/data"),
                "/run/a/proc is on a file system of type proc");
        check(true, LIST("--bind=/run/a/proc/1/mem:/data:idmap"), LIST("--bind=/run/a/proc/1/mem:/data"),
                "/run/a/proc/1/mem is on a file system of type proc");
        check(true, LIST("--bind-ro=/run/a/proc/stat:/data:idmap"), LIST("--bind-ro=/run/a/proc/stat:/data"), NULL);
        check(true, LIST("--bind-ro=/run/a:/data:idmap"),
                LIST("--bind-ro=/run/a:/data:norbind,idmap", "--bind-ro=/run/a/proc:/data/proc:norbind"),
                "/run/a/proc is on a file system of type proc");
}

static void a_root_that_has_a_mount_in_it_or_is_of_another_user_is_said(void **state) {
        (void)state;
        check(true, LIST("--private-users-ownership=map", "--directory=/run/a"),
                LIST("--private-users-ownership=map", "--directory=/run/a"), NULL);
        check(true, LIST("--private-users-ownership=map"), LIST("--private-users-ownership=map"), NULL);
        assert_return_code(chown("/run/a", 65536, 65536), errno);
        check(false, LIST("--private-users-ownership=map", "--directory=/run/a"), NULL, "/run/a belongs to user 65536");
        mount_at("/run/a/b", "tmpfs");
        check(false, LIST("--private-users-ownership=map", "--directory=/run/a"), NULL,
                "/run/a/b is mounted below the rootfs");
        /* That is for the kernel alone. */
        check(true, LIST("--private-users-ownership=chown", "--directory=/run/a"),
                LIST("--private-users-ownership=chown", "--directory=/run/a"), NULL);
}

static void a_group_that_is_not_mapped_is_warned_of(void **state) {
        (void)state;
        assert_return_code(chown("/run/a", 1, 2), errno);
        check(true, LIST("--bind=/run/a:/data:owneridmap"), LIST("--bind=/run/a:/data:owneridmap"),
                "/run/a belongs to user 1 and group 2");
        check(true, LIST("--bind=/run/a:/data:idmap"), LIST("--bind=/run/a:/data:idmap"), NULL);
        check(true, LIST("--bind-ro=/run/a:/data:owneridmap"), LIST("--bind-ro=/run/a:/data:owneridmap"), NULL);
}

int main(void) {
#define TEST(function) cmocka_unit_test_setup(function, start_test)
        static const struct CMUnitTest tests[] = {
                TEST(what_is_not_mapped_stays_as_it_is),
                TEST(each_mount_below_has_an_argument_of_its_own),
                TEST(what_something_else_is_mounted_over_is_left_out),
                TEST(a_mount_below_of_another_owner_needs_a_bind_mount_of_its_own),
                TEST(a_file_system_that_cannot_be_mapped_is_said),
                TEST(what_nobody_writes_as_an_owner_stays_unmapped),
                TEST(a_root_that_has_a_mount_in_it_or_is_of_another_user_is_said),
                TEST(a_group_that_is_not_mapped_is_warned_of),
        };

        if (geteuid() != 0) {
                printf("skipped: idmap: only root maps\n");
                return 0;
        }
        return own_run("idmap") ? cmocka_run_group_tests_name("idmap", tests, NULL, NULL) : 0;
}
