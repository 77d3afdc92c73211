/* SPDX-License-Identifier: MIT */
#include "generate/output.h"

#include "base/file.h"
#include "state/paths.h"
#include "systemd/log.h"

static void init(Output *output, const char *directory, int fd) {
        *output = (Output){.directory = directory, .fd = fd, .subdirectory_fd = -1, .sections_fd = -1};
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

static int open_new(int directory, const char *name) {
        return openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
}

static void create_file(Output *output, const char *subdirectory, const char *name, const char *text, size_t length) {
        int directory = open_subdirectory(output, subdirectory), fd, r, closed;

        if (directory < 0) {
                fail(output, NULL, subdirectory);
                return;
        }
        fd = open_new(directory, name);
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

/* Continues SECTIONS_FILE. After a failure it stays as it is, and what needs more of it is not created. */
static void write_sections(Output *output, const Buffer *sections) {
        int r = 0;

        if (sections->length == 0 || output->sections_failed)
                return;
        if (output->sections_fd < 0)
                r = output->sections_fd = open_new(output->fd, SECTIONS_FILE);
        if (r >= 0 && (r = write_all(output->sections_fd, sections->text, sections->length)) >= 0)
                return;
        output->sections_failed = true;
        fail(output, NULL, SECTIONS_FILE);
}

static void create_files(Output *output, const OutputBatch *batch) {
        const char *start = batch->buffer.text;

        write_sections(output, &batch->sections);
        for (const OutputFile *file = batch->files; file < batch->files + batch->length; file++)
                if (!file->has_sections || !output->sections_failed)
                        create_file(output, file->subdirectory, start + file->name, start + file->text,
                                file->end - file->text);
}

static void print_files(Output *output, const OutputBatch *batch) {
        const char *start = batch->buffer.text;

        for (const OutputFile *file = batch->files; file < batch->files + batch->length; file++)
                print_file(output, file->subdirectory, start + file->name, start + file->text, file->end - file->text);
}

/* Writes the files of the batch and empties it. What is printed of SECTIONS_FILE is so at the end. */
static void write_batch(Output *output) {
        OutputBatch *batch = &output->batch;

        (output->fd < 0 ? print_files : create_files)(output, batch);
        batch->length = 0;
        batch->buffer.length = 0;
        if (output->fd >= 0)
                batch->sections.length = 0;
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
        file->has_sections = false;
        return &batch->buffer;
}

Buffer *output_sections(Output *output) {
        OutputBatch *batch = &output->batch;

        batch->files[batch->length].has_sections = true;
        return &batch->sections;
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
        OutputBatch *batch = &output->batch;

        write_batch(output);
        if (batch->sections.length > 0)
                print_file(output, NULL, SECTIONS_FILE, batch->sections.text, batch->sections.length);
        buffer_free(&batch->buffer);
        buffer_free(&batch->sections);
        if (output->fd < 0 && !output->failed)
                output->failed = flush_stdout() < 0 && log_error(errno, "Failed to write to standard output: %m") < 0;
        if (output->sections_fd >= 0 && close_written(output->sections_fd) < 0)
                fail(output, NULL, SECTIONS_FILE);
        cleanup_close(&output->subdirectory_fd);
        cleanup_close(&output->fd);
}
