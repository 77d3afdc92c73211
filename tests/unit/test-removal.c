/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <linux/fs.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "capture.h"
#include "cli/unmount.h"
#include "state/removal.h"

static char directory[64];

static const char *at(const char *name) {
        static char path[256];

        snprintf(path, sizeof(path), "%s/%s", directory, name);
        return path;
}

static void touch(const char *path) {
        int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);

        assert_true(fd >= 0);
        close(fd);
}

/* assert_true() is for the process of the tests only. */
static void demand(bool condition) {
        if (!condition)
                exit(EXIT_FAILURE);
}

static int make_top(void **state) {
        (void)state;
        strcpy(directory, "/tmp/remove-tree.XXXXXX");
        return mkdtemp(directory) ? 0 : -1;
}

static void all_in_a_directory_is_removed_and_what_links_lead_to_is_kept(void **state) {
        char outside[64] = "/tmp/remove-tree.XXXXXX", file[128];

        (void)state;
        assert_non_null(mkdtemp(outside));
        snprintf(file, sizeof(file), "%s/file", outside);
        touch(file);
        assert_return_code(mkdir(at("a"), 0700), 0);
        /* Only root can look into one that nobody may. */
        assert_return_code(mkdir(at("a/b"), geteuid() == 0 ? 0 : 0700), 0);
        assert_return_code(mkdir(at("a/.hidden"), 0700), 0);
        touch(at("a/.hidden/file"));
        assert_return_code(symlink(outside, at("link")), 0);
        assert_return_code(symlink("nowhere", at("a/dangling")), 0);
        assert_return_code(mkfifo(at("fifo"), 0600), 0);
        assert_true(remove_directory_tree(directory) >= 0);
        assert_int_not_equal(access(directory, F_OK), 0);
        assert_return_code(access(file, F_OK), 0);
        unlink(file);
        rmdir(outside);
}

static void many_files_in_one_directory_are_all_removed(void **state) {
        char name[32];

        (void)state;
        for (int i = 0; i < 3000; i++) {
                snprintf(name, sizeof(name), "%i", i);
                touch(at(name));
        }
        assert_true(remove_directory_tree(directory) >= 0);
}

/* Somebody inside a container makes them, by mkdir() and chdir(). */
static void directories_of_any_depth_are_removed_with_few_file_descriptors(void **state) {
        const struct rlimit few = {.rlim_cur = 256, .rlim_max = 256};
        pid_t pid;
        int status;

        (void)state;
        touch(at(".moved-up-0"));
        pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
                demand(chdir(directory) == 0 && setrlimit(RLIMIT_NOFILE, &few) == 0);
                for (int i = 0; i < 5000; i++)
                        demand(mkdir("deep", 0700) == 0 && mkdir("wide", 0700) == 0 && chdir("deep") == 0);
                demand(chdir("/") == 0 && remove_directory_tree(directory) >= 0);
                exit(EXIT_SUCCESS);
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(status, 0);
        assert_int_not_equal(access(directory, F_OK), 0);
}

/* False where nobody can. chattr(1), ioctl_iflags(2) */
static bool make_immutable(const char *path) {
        int fd = open(path, O_RDONLY | O_CLOEXEC), flags = FS_IMMUTABLE_FL;
        bool made;

        assert_true(fd >= 0);
        made = ioctl(fd, FS_IOC_SETFLAGS, &flags) >= 0;
        close(fd);
        return made;
}

static void what_is_immutable_is_removed(void **state) {
        bool made;

        (void)state;
        touch(at("file"));
        assert_return_code(mkdir(at("empty"), 0700), 0);
        touch(at("empty/file"));
        made = make_immutable(at("file")) && make_immutable(at("empty/file")) && make_immutable(at("empty"));
        assert_true(remove_directory_tree(directory) >= 0);
        if (!made)
                skip();
}

static void a_directory_that_is_gone_is_removed_already(void **state) {
        (void)state;
        assert_return_code(rmdir(directory), 0);
        assert_true(remove_directory_tree(directory) >= 0);
}

/* Runs @function in a mount namespace of its own, and returns what it says. free(3) it. */
static char *said_among_mounts(void (*function)(void)) {
        char *said = calloc(1, 1024);
        size_t length = 0;
        int ends[2], status;
        ssize_t n;
        pid_t pid;

        assert_return_code(pipe(ends), 0);
        pid = fork();
        if (pid == 0) {
                if (dup2(ends[1], STDERR_FILENO) < 0 || unshare(CLONE_NEWNS) < 0 ||
                        mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
                        exit(77);
                function();
                exit(EXIT_SUCCESS);
        }
        close(ends[1]);
        while ((n = read(ends[0], said + length, 1023 - length)) > 0)
                length += (size_t)n;
        close(ends[0]);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        /* It takes root. */
        if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
                free(said);
                skip();
        }
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS);
        return said;
}

static void mount_at(const char *path) {
        demand(mkdir(path, 0700) >= 0);
        demand(mount("tmpfs", path, "tmpfs", 0, NULL) >= 0);
}

static void remove_with_a_mount(void) {
        mount_at(at("mount"));
        touch(at("mount/file"));
        demand(remove_directory_tree(directory) < 0);
        demand(access(at("mount/file"), F_OK) >= 0);
}

static void nothing_that_is_mounted_there_is_removed(void **state) {
        char *said;

        (void)state;
        touch(at("file"));
        said = said_among_mounts(remove_with_a_mount);
        assert_mentions(said, directory, strerror(EBUSY));
        free(said);
        /* All beside it is. */
        assert_int_not_equal(access(at("file"), F_OK), 0);
        assert_true(remove_directory_tree(directory) >= 0);
}

static void unmount_all(void) {
        char beside[128];

        snprintf(beside, sizeof(beside), "%s-beside", directory);
        mount_at(at("mount"));
        mount_at(at("mount/deep"));
        mount_at(beside);
        touch(at("mount/deep/file"));
        demand(unmount_below(directory) >= 0);
        demand(access(at("mount/deep"), F_OK) < 0);
        demand(umount2(beside, 0) >= 0 && rmdir(beside) >= 0);
        demand(remove_directory_tree(directory) >= 0);
}

static void all_that_is_mounted_below_a_directory_is_unmounted(void **state) {
        char *said;

        (void)state;
        said = said_among_mounts(unmount_all);
        assert_string_equal(said, "");
        free(said);
}

static void unmount_what_is_used(void) {
        int used;

        mount_at(at("mount"));
        demand((used = open(at("mount"), O_RDONLY | O_DIRECTORY)) >= 0);
        demand(unmount_below(directory) < 0);
        demand(close(used) >= 0);
}

static void what_is_used_is_not_unmounted(void **state) {
        char *said, expected[512];

        (void)state;
        said = said_among_mounts(unmount_what_is_used);
        snprintf(expected, sizeof(expected), "Failed to unmount %s: Device or resource busy\n", at("mount"));
        assert_string_equal(said, expected);
        free(said);
        assert_true(remove_directory_tree(directory) >= 0);
}

static void remove_a_mount(void) {
        demand(mount("tmpfs", directory, "tmpfs", 0, NULL) >= 0);
        touch(at("file"));
        demand(chdir(directory) >= 0);
        demand(remove_directory_tree(directory) < 0);
        demand(chdir("/") >= 0);
        demand(remove_directory_tree(directory) >= 0);
}

static void a_directory_that_is_a_mount_itself_is_removed_unless_it_is_used(void **state) {
        char *said, expected[512];

        (void)state;
        said = said_among_mounts(remove_a_mount);
        snprintf(expected, sizeof(expected), "Failed to remove %s: Device or resource busy\n", directory);
        assert_string_equal(said, expected);
        free(said);
        assert_int_not_equal(access(directory, F_OK), 0);
}

static void what_is_no_directory_is_said(void **state) {
        char *said, expected[512];
        Capture capture;
        bool good;

        (void)state;
        touch(at("file"));
        capture = capture_start(stderr);
        good = remove_directory_tree(at("file")) >= 0;
        said = capture_end(&capture);
        snprintf(expected, sizeof(expected), "Failed to remove %s: Not a directory\n", at("file"));
        assert_string_equal(said, expected);
        assert_false(good);
        free(said);
        assert_true(remove_directory_tree(directory) >= 0);
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup(all_in_a_directory_is_removed_and_what_links_lead_to_is_kept, make_top),
                cmocka_unit_test_setup(many_files_in_one_directory_are_all_removed, make_top),
                cmocka_unit_test_setup(directories_of_any_depth_are_removed_with_few_file_descriptors, make_top),
                cmocka_unit_test_setup(what_is_immutable_is_removed, make_top),
                cmocka_unit_test_setup(a_directory_that_is_gone_is_removed_already, make_top),
                cmocka_unit_test_setup(nothing_that_is_mounted_there_is_removed, make_top),
                cmocka_unit_test_setup(all_that_is_mounted_below_a_directory_is_unmounted, make_top),
                cmocka_unit_test_setup(what_is_used_is_not_unmounted, make_top),
                cmocka_unit_test_setup(a_directory_that_is_a_mount_itself_is_removed_unless_it_is_used, make_top),
                cmocka_unit_test_setup(what_is_no_directory_is_said, make_top),
        };

        return cmocka_run_group_tests_name("removal", tests, NULL, NULL);
}
