#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"

static void init(Output *output, const char *directory, int fd) {
        *output = (Output){.directory = directory, .fd = fd, .subdirectory_fd = -1};
        output->filling = &output->batches[0];
        pthread_mutex_init(&output->mutex, NULL);
        pthread_cond_init(&output->changed, NULL);
}

bool output_open(Output *output, const char *directory) {
        int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        if (fd < 0) {
                log_message(LOG_ERR, "%s: %s", directory, strerror(errno));
                return false;
        }
        init(output, directory, fd);
        return true;
}

void output_open_stdout(Output *output, const char *directory) {
        init(output, directory, -1);
}

static void fail(Output *output, const char *subdirectory, const char *name) {
        output->failed = true;
        log_message(LOG_ERR, "%s/%s%s%s: %s", output->directory, subdirectory ? subdirectory : "",
                subdirectory ? "/" : "", name, strerror(errno));
}

static int open_subdirectory(Output *output, const char *subdirectory) {
        if (!subdirectory)
                return output->fd;
        if (output->subdirectory && strcmp(output->subdirectory, subdirectory) == 0)
                return output->subdirectory_fd;

        if (output->subdirectory_fd >= 0)
                close(output->subdirectory_fd);
        output->subdirectory = NULL;
        output->subdirectory_fd = -1;
        if (mkdirat(output->fd, subdirectory, 0755) < 0 && errno != EEXIST)
                return -1;
        output->subdirectory_fd = openat(output->fd, subdirectory, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        if (output->subdirectory_fd >= 0)
                output->subdirectory = subdirectory;
        return output->subdirectory_fd;
}

static bool write_all(int fd, const char *text, size_t length) {
        while (length > 0) {
                ssize_t n = write(fd, text, length);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return false;
                text += n;
                length -= (size_t)n;
        }
        return true;
}

static void print(Output *output, const char *subdirectory, const char *name, const Buffer *text) {
        printf("# %s/%s%s%s\n%.*s\n", output->directory, subdirectory ? subdirectory : "", subdirectory ? "/" : "",
                name, (int)text->length, text->text);
        if (ferror(stdout))
                fail(output, subdirectory, name);
}

static void write_file(Output *output, const char *subdirectory, const char *name, const char *text, size_t length) {
        int directory, fd;
        bool written;

        directory = open_subdirectory(output, subdirectory);
        if (directory < 0) {
                fail(output, NULL, subdirectory);
                return;
        }
        fd = openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
        if (fd < 0) {
                fail(output, subdirectory, name);
                return;
        }
        written = write_all(fd, text, length);
        if (!written)
                fail(output, subdirectory, name);
        if (close(fd) < 0 && errno != EINTR && written) {
                fail(output, subdirectory, name);
                written = false;
        }
        if (!written)
                unlinkat(directory, name, 0);
}

/* Writes the files of a batch and empties it. */
static void write_batch(Output *output, OutputBatch *batch) {
        for (size_t i = 0; i < batch->length; i++) {
                const OutputFile *file = &batch->files[i];
                const char *start = batch->buffer.text;

                write_file(output, file->subdirectory, start + file->name, start + file->text, file->end - file->text);
        }
        batch->length = 0;
        batch->buffer.length = 0;
}

static void *run_thread(void *userdata) {
        Output *output = userdata;

        pthread_mutex_lock(&output->mutex);
        for (;;) {
                OutputBatch *batch = output->writing;

                if (batch) {
                        pthread_mutex_unlock(&output->mutex);
                        write_batch(output, batch);
                        pthread_mutex_lock(&output->mutex);
                        output->writing = NULL;
                        pthread_cond_signal(&output->changed);
                } else if (output->ending) {
                        break;
                } else {
                        pthread_cond_wait(&output->changed, &output->mutex);
                }
        }
        pthread_mutex_unlock(&output->mutex);
        return NULL;
}

/* Gives the full batch to the thread, as soon as it is done with the one before, and goes on with the other one. */
static void hand_over(Output *output) {
        if (!output->threaded && pthread_create(&output->thread, NULL, run_thread, output) != 0) {
                write_batch(output, output->filling);
                return;
        }
        output->threaded = true;
        pthread_mutex_lock(&output->mutex);
        while (output->writing)
                pthread_cond_wait(&output->changed, &output->mutex);
        output->writing = output->filling;
        pthread_cond_signal(&output->changed);
        pthread_mutex_unlock(&output->mutex);
        output->filling = output->filling == &output->batches[0] ? &output->batches[1] : &output->batches[0];
}

void output_write(Output *output, const char *subdirectory, const char *name, const Buffer *text) {
        OutputBatch *batch = output->filling;
        OutputFile *file;

        if (output->fd < 0) {
                print(output, subdirectory, name, text);
                return;
        }
        file = &batch->files[batch->length++];
        file->subdirectory = subdirectory;
        file->name = batch->buffer.length;
        buffer_append(&batch->buffer, name, strlen(name) + 1);
        file->text = batch->buffer.length;
        buffer_append(&batch->buffer, text->text, text->length);
        file->end = batch->buffer.length;
        if (batch->length == OUTPUT_BATCH_LENGTH)
                hand_over(output);
}

static void end_thread(Output *output) {
        pthread_mutex_lock(&output->mutex);
        output->ending = true;
        pthread_cond_signal(&output->changed);
        pthread_mutex_unlock(&output->mutex);
        pthread_join(output->thread, NULL);
}

void output_close(Output *output) {
        if (output->fd < 0 && (fflush(stdout) != 0 || ferror(stdout)) && !output->failed)
                fail(output, NULL, "standard output");
        if (output->threaded)
                end_thread(output);
        write_batch(output, output->filling);

        for (size_t i = 0; i < 2; i++)
                buffer_free(&output->batches[i].buffer);
        pthread_cond_destroy(&output->changed);
        pthread_mutex_destroy(&output->mutex);
        if (output->subdirectory_fd >= 0)
                close(output->subdirectory_fd);
        if (output->fd >= 0)
                close(output->fd);
}
