/* Removing a directory with all that is in it, but nothing of what is mounted there. */
#pragma once

#include <stdbool.h>

/* Removes the directory @path, if it is there, and all in it. What is immutable is made mutable; another file
 * system is not entered, nor is what is mounted from elsewhere in the same one, but the mount of @path itself. False, after it was
 * logged, if something could not be removed. */
bool remove_tree(const char *path);
