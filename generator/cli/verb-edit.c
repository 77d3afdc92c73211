/* SPDX-License-Identifier: MIT */
/* nixos-container edit: the manifest of a container of create, in an editor. */

#include "base/file.h"
#include "base/interrupt.h"
#include "base/run-program.h"
#include "bus/manager.h"
#include "cli/display.h"
#include "cli/operands.h"
#include "cli/verbs.h"
#include "manifest/model.h"
#include "switch/apply.h"
#include "switch/print-plan.h"
#include "systemd/log.h"

typedef struct Edit {
        Request request;
        const char *copy; /* what is edited */
        Buffer before, after;
} Edit;

/* The value of the variable is a command line, as everywhere. */
#define EDITOR                                                                                                         \
        "for editor in \"$VISUAL\" \"$EDITOR\" editor nano vim vi; do "                                                \
        "if [ -n \"$editor\" ] && command -v ${editor%% *} >/dev/null; then eval \"exec $editor \\\"\\$1\\\"\"; fi; "  \
        "done; echo 'No editor found, set $EDITOR.' >&2; exit 1"

/* Runs the editor with this program's standard input, output and error. */
static int run_editor(const char *path) {
        char *const arguments[] = {(char *)"sh", (char *)"-c", (char *)EDITOR, (char *)"sh", (char *)path, NULL};
        pid_t pid;
        int r;

        fflush(stdout);
        if ((pid = fork()) == 0) {
                execv("/bin/sh", arguments);
                end_child(EXIT_FAILURE);
        }
        r = interrupt_end_program(pid < 0 ? negative_errno() : pid, 0);
        if (r < 0 && r != -ECHILD)
                return log_error(r, "Failed to run the editor: %m");
        return r != 0 ? log_error(ECANCELED, "The editor failed, nothing was changed.") : 0;
}

static bool wants_to_continue(void) {
        char answer[64];

        if (!isatty(STDIN_FILENO))
                return false;
        fprintf(stderr, "Edit it again? [Y/n] ");
        return fgets(answer, sizeof(answer), stdin) && answer[0] != 'n' && answer[0] != 'N';
}

/* Writes the copy, beside the manifest, where it is not read. */
static int write_copy(Edit *edit) {
        const Request *request = &edit->request;
        const char *path = arena_printf(
                &edit->request.host.arena, MANIFESTS_DIRECTORY "/.%s.%i.yaml", request->container.name, (int)getpid());
        CLEANUP_CLOSE int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        int r;

        if (fd < 0)
                return log_error(errno, "Failed to create %s: %m", path);
        edit->copy = path;
        r = write_all(fd, edit->before.text, edit->before.length);
        if (r >= 0)
                r = close_written(take_fd(&fd));
        return r < 0 ? log_error(r, "Failed to write %s: %m", path) : 0;
}

/* Has the copy edited until it is valid. Returns 1 if it differs then. */
static int edit_copy(Edit *edit) {
        const Request *request = &edit->request;
        int r;

        for (;;) {
                if ((r = run_editor(edit->copy)) < 0)
                        return r;
                buffer_free(&edit->after);
                r = read_file(edit->copy, &edit->after);
                if (r < 0)
                        return log_error(r, "Failed to read %s: %m", edit->copy);
                if (buffer_equals(&edit->before, &edit->after))
                        return 0;
                if (imperative_check_file(request->container.name, edit->copy, request->paths.manifest) >= 0)
                        return 1;
                if (!wants_to_continue())
                        return log_error(EINVAL, "%s has errors, nothing was changed.", request->container.name);
        }
}

/* Installs the copy, unless somebody else has changed the manifest. */
static int install(Edit *edit) {
        const char *path = edit->request.paths.manifest;
        CLEANUP_CLOSE int lock = imperative_lock();
        CLEANUP_BUFFER Buffer now = BUFFER_NULL;
        int r;

        if (lock < 0)
                return lock;
        r = read_file(path, &now);
        if (r < 0 || !buffer_equals(&edit->before, &now))
                return log_error(EBUSY, "%s has been changed by somebody else meanwhile, nothing was changed.", path);
        if ((r = imperative_write(edit->request.container.name, path, &edit->after)) < 0)
                return r;
        return systemd_connect_and_reload();
}

/* Prints what is to be done for the container now, or does it. */
static int plan_or_apply(const Edit *edit, bool apply) {
        const char *name = edit->request.container.name;
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        CLEANUP_MANIFEST Manifest manifest = MANIFEST_NULL;
        CLEANUP_PLAN Plan plan = PLAN_NULL;
        CLEANUP_BUS sd_bus *bus = NULL;
        int r;

        model_load(&manifest, &arena, "", NULL, 0, MODEL_CLOSURES);
        r = plan_make(&plan, &manifest, "");
        manifest_close(&manifest);
        if (r < 0)
                return r;
        for (size_t i = 0; i < plan.length; i++)
                if (strcmp(plan.items[i].name, name) != 0)
                        plan.items[i].action = ACTION_NONE;
        if (plan_is_empty(&plan))
                printf(host_look_up(&edit->request.host, name)->has_record
                                ? "%s runs as declared.\n"
                                : "%s is not running. Changes take effect when it starts.\n",
                        name);
        else if (apply)
                return (r = systemd_connect(&bus)) < 0 ? r : apply_plan(&plan, bus, isatty(STDOUT_FILENO));
        else {
                plan_print(&plan, stdout, wants_colour(stdout));
                fprintf(stderr, "To apply it, run: nixos-container apply\n");
        }
        return 0;
}

static void free_edit(Edit *edit) {
        if (edit->copy)
                (void)unlink(edit->copy);
        buffer_free(&edit->before);
        buffer_free(&edit->after);
        host_free(&edit->request.host);
}

int verb_edit(int argc, char *argv[]) {
        int apply = false;
        const struct option options[] = {{"apply", no_argument, &apply, true}, {0}};
        CLEANUP(free_edit) Edit edit = {0};
        Request *request = &edit.request;
        int r = read_operands(argc, argv, options, OPERANDS_NAME);

        if (r < 0)
                return r;
        request->container.name = argv[optind];
        host_read(&request->host);
        request->paths = imperative_paths(&request->host.arena, request->container.name);
        if (!imperative_find(request, "edited"))
                return -EINVAL;
        r = read_file(request->paths.manifest, &edit.before);
        if (r < 0)
                return log_error(r, "Failed to read %s: %m", request->paths.manifest);
        interrupt_catch();
        if ((r = write_copy(&edit)) < 0 || (r = edit_copy(&edit)) < 0)
                return r;
        if (r == 0)
                fprintf(stderr, "Nothing was changed.\n");
        else if ((r = install(&edit)) < 0)
                return r;
        return plan_or_apply(&edit, apply);
}
