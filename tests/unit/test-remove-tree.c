#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "remove-tree.h"

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

static int make_directory(void **state) {
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
        assert_return_code(mkdir(at("a/b"), 0), 0);
        assert_return_code(mkdir(at("a/.hidden"), 0700), 0);
        touch(at("a/.hidden/file"));
        assert_return_code(symlink(outside, at("link")), 0);
        assert_return_code(symlink("nowhere", at("a/dangling")), 0);
        assert_return_code(mkfifo(at("fifo"), 0600), 0);
        assert_true(remove_tree(directory));
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
        assert_true(remove_tree(directory));
}

static void a_directory_that_is_gone_is_removed_already(void **state) {
        (void)state;
        assert_return_code(rmdir(directory), 0);
        assert_true(remove_tree(directory));
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup(all_in_a_directory_is_removed_and_what_links_lead_to_is_kept, make_directory),
                cmocka_unit_test_setup(many_files_in_one_directory_are_all_removed, make_directory),
                cmocka_unit_test_setup(a_directory_that_is_gone_is_removed_already, make_directory),
        };

        return cmocka_run_group_tests_name("remove-tree", tests, NULL, NULL);
}
