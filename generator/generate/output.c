/* SPDX-License-Identifier: MIT */
#include "generate/output.h"

#include "base/file.h"
#include "systemd/log.h"

static void init(Output *output, const char *directory, int fd) {
        *output = (Output){.directory = directory, .fd = fd, .subdirectory_fd = -1};
}

int output_open(Output *output, const char *directory) {
        int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        if (fd < 0)
                return log_error(errno, "Failed to open %s: %m", directory);
        init(output, directory, fd);
        return 0;
}

void output_open_stdout(Output *output, const char *directory) {
        init(output, directory, -1);
}

static void fail(Output *output, const char *subdirectory, const char *name) {
        output->failed = true;
        log_message(LOG_ERR, "Failed to write %s/%s%s%s: %s", output->directory, subdirectory ? subdirectory : "",
                subdirectory ? "/" : "", name, strerror(errno));
}

static int open_subdirectory(Output *output, const char *subdirectory) {
        if (!subdirectory)
                return output->fd;
        if (output->subdirectory && strcmp(output->subdirectory, subdirectory) == 0)
                return output->subdirectory_fd;

        cleanup_close(&output->subdirectory_fd);
        output->subdirectory = NULL;
        output->subdirectory_fd = -1;
        if (make_directory(output->fd, subdirectory, 0755) < 0)
                return -1;
        output->subdirectory_fd = openat(output->fd, subdirectory, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        if (output->subdirectory_fd >= 0)
                output->subdirectory = subdirectory;
        return output->subdirectory_fd;
}

static void create_file(Output *output, const char *subdirectory, const char *name, const char *text, size_t length) {
        int directory = open_subdirectory(output, subdirectory), fd, r, closed;

        if (directory < 0) {
                fail(output, NULL, subdirectory);
                return;
        }
        fd = openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
        if (fd < 0) {
                fail(output, subdirectory, name);
                return;
        }
        r = write_all(fd, text, length);
        closed = close_written(fd);
        if (r < 0 || closed < 0) {
                errno = -(r < 0 ? r : closed);
                fail(output, subdirectory, name);
                unlinkat(directory, name, 0);
        }
}

static void print_file(Output *output, const char *subdirectory, const char *name, const char *text, size_t length) {
        printf("# %s/%s%s%s\n%.*s\n", output->directory, subdirectory ? subdirectory : "", subdirectory ? "/" : "",
                name, (int)length, text);
        if (ferror(stdout))
                fail(output, subdirectory, name);
}

/* Writes the files of the batch and empties it. */
static void write_batch(Output *output) {
        OutputBatch *batch = &output->batch;

        for (size_t i = 0; i < batch->length; i++) {
                const OutputFile *file = &batch->files[i];
                const char *start = batch->buffer.text;

                (output->fd < 0 ? print_file : create_file)(
                        output, file->subdirectory, start + file->name, start + file->text, file->end - file->text);
        }
        batch->length = 0;
        batch->buffer.length = 0;
}

Buffer *output_start(Output *output, const char *subdirectory, const char *name) {
        OutputBatch *batch = &output->batch;
        OutputFile *file;

        if (batch->length == OUTPUT_BATCH_LENGTH)
                write_batch(output);
        file = &batch->files[batch->length];
        file->subdirectory = subdirectory;
        file->name = batch->buffer.length;
        buffer_append(&batch->buffer, name, strlen(name) + 1);
        file->text = batch->buffer.length;
        return &batch->buffer;
}

void output_end(Output *output) {
        OutputBatch *batch = &output->batch;

        batch->files[batch->length++].end = batch->buffer.length;
}

void output_cancel(Output *output) {
        OutputBatch *batch = &output->batch;

        batch->buffer.length = batch->files[batch->length].name;
}

void output_close(Output *output) {
        write_batch(output);
        buffer_free(&output->batch.buffer);
        if (output->fd < 0 && !output->failed)
                output->failed = flush_stdout() < 0 && log_error(errno, "Failed to write to standard output: %m") < 0;
        cleanup_close(&output->subdirectory_fd);
        cleanup_close(&output->fd);
}
