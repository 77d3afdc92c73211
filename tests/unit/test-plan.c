/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>

#include "base/file.h"
#include "manifest/model.h"
#include "reading.h"
#include "state/record.h"
#include "switch/print-plan.h"

/* A host in a directory of its own. */
typedef struct Host {
        char root[32];
        Reading declared;
        Plan plan;
} Host;

static void host_init(Host *host) {
        *host = (Host){.root = "/tmp/test-plan.XXXXXX"};
        assert_non_null(mkdtemp(host->root));
        reading_init(&host->declared);
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw) {
        (void)st, (void)type, (void)ftw;
        return remove(path);
}

static void host_free(Host *host) {
        plan_free(&host->plan);
        reading_free(&host->declared);
        nftw(host->root, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static void have_directory(const char *path) {
        assert_return_code(make_directory(AT_FDCWD, path, 0755), errno);
}

/* Writes a file of the record of @name. */
static void record(Host *host, const char *name, const char *file, const char *text) {
        char path[256];
        FILE *stream;

        snprintf(path, sizeof(path), "%s/run", host->root);
        have_directory(path);
        snprintf(path, sizeof(path), "%s" RECORDS_DIRECTORY, host->root);
        have_directory(path);
        snprintf(path, sizeof(path), "%s" RECORDS_DIRECTORY "/%s", host->root, name);
        have_directory(path);
        snprintf(path, sizeof(path), "%s" RECORDS_DIRECTORY "/%s/%s", host->root, name, file);
        stream = fopen(path, "w");
        assert_non_null(stream);
        fputs(text, stream);
        fclose(stream);
}

/* Says that the container web was started with the options @entry. */
static void runs(Host *host, const char *name, const char *entry) {
        char text[4096];

        snprintf(text, sizeof(text), "version: 1\ncontainers:\n %s: {system: /old, %s}\n", name, entry);
        record(host, name, RECORD_MANIFEST, text);
}

static void declare(Host *host, const char *manifest) {
        reading_add(&host->declared, "m.yaml", manifest);
}

/* The plan as people read it. Owned by the host. */
static const char *planned(Host *host) {
        char *text = NULL;
        const char *kept;
        size_t length;
        FILE *stream = open_memstream(&text, &length);

        model_check(&host->declared.manifest, host->root, MODEL_OPTIONS);
        assert_int_equal(plan_make(&host->plan, &host->declared.manifest, host->root), 0);
        for (size_t i = 0; i < host->plan.length; i++)
                if (host->plan.items[i].declared && host->plan.items[i].declared->broken)
                        host->plan.items[i].reason = reading_facts(host->plan.arena, host->plan.items[i].reason);
        plan_print(&host->plan, stream, false);
        fclose(stream);
        kept = arena_copy(&host->declared.arena, text, length);
        free(text);
        return kept;
}

/* Has the profile of the host for the container web lead to @system. */
static void deploy(Host *host, const char *system) {
        static const char *const parts[] = {"nix", "nix/var", "nix/var/nix", "nix/var/nix/profiles",
                "nix/var/nix/profiles/per-container", "nix/var/nix/profiles/per-container/web"};
        char path[256];

        for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
                snprintf(path, sizeof(path), "%s/%s", host->root, parts[i]);
                have_directory(path);
        }
        snprintf(path, sizeof(path), "%s" NIX_PROFILES "web/system", host->root);
        assert_return_code(symlink(system, path), errno);
}

static void a_system_in_a_profile_is_what_the_profile_of_the_host_leads_to(void **state) {
        static const struct {
                const char *deployed, *running, *options, *expected;
        } cases[] = {
                {"/nix/store/a", "/nix/store/a\n", "", ""},
                {"/nix/store/b", "/nix/store/a\n", "", "web: reload (system: \"/nix/store/a\" → \"/nix/store/b\")\n"},
                {"/nix/store/b", "/nix/store/a\n", "ephemeral: true",
                        "web: restart (system: \"/nix/store/a\" → \"/nix/store/b\")\n"},
                /* An earlier version does not tell what it has started. */
                {"/nix/store/b", "/nix/var/nix/profiles/system\n", "", ""},
                {"/nix/store/b", NULL, "", ""},
                {NULL, NULL, "", ""},
                /* It does not run. */
                {"/nix/store/b", "", "autoStart: true", "web: start\n"},
                {NULL, "", "", ""},
                {NULL, "", "autoStart: true",
                        "web: start (nothing deployed yet, run: nixos-container update web --system-path PATH)\n"},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                char entry[256], manifest[512];
                Host host;

                host_init(&host);
                snprintf(entry, sizeof(entry), "{system: /nix/var/nix/profiles/system, %s}", cases[i].options);
                snprintf(manifest, sizeof(manifest), "version: 1\ncontainers:\n web: %s\n", entry);
                declare(&host, manifest);
                if (cases[i].deployed)
                        deploy(&host, cases[i].deployed);
                if (!cases[i].running || *cases[i].running)
                        record(&host, "web", RECORD_MANIFEST, manifest);
                if (cases[i].running && *cases[i].running)
                        record(&host, "web", RECORD_SYSTEM, cases[i].running);
                assert_string_equal(planned(&host), cases[i].expected);
                host_free(&host);
        }
}

static void check_fields(const Field *fields) {
        for (const Field *field = fields; field->name; field++) {
                if (field->change == CHANGE_UNKNOWN)
                        fail_msg("nobody said what a change of %s takes", field->name);
                if (field->fields)
                        check_fields(field->fields);
        }
}

static void it_is_known_of_every_option_what_its_change_takes(void **state) {
        (void)state;
        check_fields(container_fields);
}

#define ADDED(option, path)                                                                                            \
        option ": added {\"hostPath\": \"" path                                                                        \
               "\", \"isReadOnly\": true, \"hostPathType\": \"any\", \"hostPathMode\": \"0755\", "                     \
               "\"hostPathUser\": \"root\", \"hostPathGroup\": \"root\"}"
#define RESTART_FOR(option, path) "web: restart (" ADDED(option, path)

static void every_option_that_changes_is_named_with_what_it_takes(void **state) {
        static const struct {
                const char *old, *new, *expected;
        } cases[] = {
                {"", "", ""},
                {"", "autoStart: true", ""},
                {"", "restartIfChanged: true", ""},
                {"timeoutStartSec: 5min", "", ""},
                {"ephemeral: false, privateUsers: \"no\"", "", ""},
                {"", "ephemeral: true", "web: restart (ephemeral: false → true)\n"},
                {"privateNetwork: true", "", "web: restart (privateNetwork: true → false)\n"},
                {"enableTun: true", "", "web: restart (enableTun: true → false)\n"},
                {"privateUsers: pick", "privateUsers: 65536", "web: restart (privateUsers: \"pick\" → \"65536\")\n"},
                {"hostBridge: br0", "", "web: restart (hostBridge: removed \"br0\")\n"},
                {"hostAddress: 10.0.0.1", "hostAddress: 10.0.0.2",
                        "web: restart (hostAddress: \"10.0.0.1\" → \"10.0.0.2\")\n"},
                {"hostAddress6: fc00::1", "hostAddress6: fc00::0:1", ""},
                {"hostAddress6: fc00::1", "hostAddress6: fc00::2",
                        "web: restart (hostAddress6: \"fc00::1\" → \"fc00::2\")\n"},
                {"localAddress: 10.0.0.2", "localAddress: 10.0.0.2/32", ""},
                {"localAddress: 10.0.0.2", "localAddress: 10.0.0.2/24",
                        "web: restart (localAddress: \"10.0.0.2\" → \"10.0.0.2/24\")\n"},
                {"", "localAddress6: fc00::2/64", "web: restart (localAddress6: added \"fc00::2/64\")\n"},
                {"", "localMacAddress: 02:00:00:00:00:01",
                        "web: restart (localMacAddress: added \"02:00:00:00:00:01\")\n"},
                {"interfaces: [eth1]", "interfaces: [eth1, eth2]",
                        "web: restart (interfaces: [\"eth1\"] → [\"eth1\", \"eth2\"])\n"},
                {"macvlans: [eth1]", "", "web: restart (macvlans: removed [\"eth1\"])\n"},
                {"extraVeths: {a: {hostAddress: 10.0.0.1}}", "extraVeths: {a: {hostAddress: 10.0.0.2}}",
                        "web: restart (extraVeths.a.hostAddress: \"10.0.0.1\" → \"10.0.0.2\")\n"},
                {"", "extraVeths: {a: {hostAddress: 10.0.0.1}}",
                        "web: restart (extraVeths.a: added {\"hostAddress\": \"10.0.0.1\"})\n"},
                {"", "networkNamespace: /run/netns/a", "web: restart (networkNamespace: added \"/run/netns/a\")\n"},
                {"bindMounts: {/var/log/httpd: {hostPath: /a}}", "bindMounts: {/var/log/httpd: {hostPath: /b}}",
                        "web: restart (bindMounts.\"/var/log/httpd\".hostPath: \"/a\" → \"/b\")\n"},
                {"bindMounts: {/a: {}}", "bindMounts: {/a: {hostPath: /a, isReadOnly: true}}", ""},
                {"bindMounts: {/a: {}}", "bindMounts: {/a: {isReadOnly: false}}",
                        "web: restart (bindMounts.\"/a\".isReadOnly: true → false)\n"},
                {"bindMounts: {/a: {}}",
                        "bindMounts: {/a: {hostPathMode: \"0700\", hostPathUser: a, hostPathGroup: b}}", ""},
                {"additionalCapabilities: [CAP_NET_ADMIN]", "",
                        "web: restart (additionalCapabilities: removed [\"CAP_NET_ADMIN\"])\n"},
                {"", "dropCapabilities: [CAP_NET_RAW]", "web: restart (dropCapabilities: added [\"CAP_NET_RAW\"])\n"},
                {"bindMounts: {/a: {}}", "bindMounts: {/a: {hostPathType: file, hostPathMissing: wait}}", ""},
                {"", "bindMounts: {/missing: {hostPathMissing: wait}}",
                        "web: restart (bindMounts.\"/missing\": added {\"hostPath\": \"/missing\", \"isReadOnly\": "
                        "true, "
                        "\"hostPathType\": \"any\", \"hostPathMissing\": \"wait\", \"hostPathMode\": \"0755\", "
                        "\"hostPathUser\": \"root\", \"hostPathGroup\": \"root\"})\n"},
                {"devices: [/dev/a]", "devices: [/dev/b]", "web: restart (devices: [\"/dev/a\"] → [\"/dev/b\"])\n"},
                {"", "allowedDevices: [{node: /dev/fuse, modifier: rw}]",
                        "web: restart (allowedDevices: added {\"node\": \"/dev/fuse\", \"modifier\": \"rw\"})\n"},
                {"allowedDevices: [{node: /dev/a, modifier: r}, {node: /dev/b, modifier: r}]",
                        "allowedDevices: [{node: /dev/b, modifier: r}, {node: /dev/a, modifier: r}]", ""},
                {"tmpfs: [/a, /b]", "tmpfs: [/b, /a]", "web: restart (tmpfs: [\"/a\", \"/b\"] → [\"/b\", \"/a\"])\n"},
                {"memoryMax: 1G, cpuQuota: 50%", "memoryMax: 2G, tasksMax: 100",
                        "web: restart (memoryMax: \"1G\" → \"2G\"; cpuQuota: removed \"50%\"; tasksMax: added "
                        "\"100\")\n"},
                {"", "noNewPrivileges: true", "web: restart (noNewPrivileges: false → true)\n"},
                {"", "systemCallFilter: [bpf]", "web: restart (systemCallFilter: added [\"bpf\"])\n"},
                {"credentials: {a: {path: /a}}", "credentials: {a: {path: /b}}",
                        "web: restart (credentials.a.path: \"/a\" → \"/b\")\n"},
                {"extraFlags: [-U, --a]", "extraFlags: [--a], privateUsers: pick", ""},
                {"extraFlags: [--a]", "extraFlags: [\"--b\\n\"]", NULL},
                {"extraFlags: [--a]", "extraFlags: [\"--b \\\"c\\\"\"]",
                        "web: restart (extraFlags: [\"--a\"] → [\"--b \\\"c\\\"\"])\n"},
                {"bindMounts: {/a/b: {}}", "bindMounts: {/a/b: {}, /a: {}, /ab: {}}",
                        RESTART_FOR("bindMounts.\"/a\"", "/a") "; " ADDED("bindMounts.\"/ab\"", "/ab") ")\n"},
                {"tmpfs: [\"/a/b:mode=0700\"]", "tmpfs: [\"/a/b:mode=0700\"], bindMounts: {/a: {}}",
                        RESTART_FOR("bindMounts.\"/a\"", "/a") ")\n"},
                {"extraVeths: {a: {localAddress: 10.0.0.2}}",
                        "extraVeths: {a: {localAddress: 10.0.0.2, forwardPorts: [{hostPort: 80}]}}",
                        "web: update (extraVeths.a.forwardPorts: added {\"protocol\": \"tcp\", \"hostPort\": 80, "
                        "\"containerPort\": 80, \"openFirewall\": false})\n"},
                /* Several at once. */
                {"tmpfs: [/a]", "enableTun: true", "web: restart (enableTun: false → true; tmpfs: removed [\"/a\"])\n"},
                /* While it runs. */
                {"", "bindMounts: {/a: {}}",
                        "web: update (bindMounts.\"/a\": added {\"hostPath\": \"/a\", \"isReadOnly\": true, "
                        "\"hostPathType\": \"any\", "
                        "\"hostPathMode\": "
                        "\"0755\", \"hostPathUser\": \"root\", \"hostPathGroup\": \"root\"})\n"},
                {"privateUsers: pick, bindMounts: {/b: {}}", "privateUsers: pick, bindMounts: {/b: {}, /a: {}}",
                        "web: restart (bindMounts.\"/a\": added {\"hostPath\": \"/a\", \"isReadOnly\": true, "
                        "\"hostPathType\": \"any\", "
                        "\"hostPathMode\": "
                        "\"0755\", \"hostPathUser\": \"root\", \"hostPathGroup\": \"root\"})\n"},
                {"", "bindMounts: {/a: {idmap: rootidmap}}",
                        "web: restart (bindMounts.\"/a\": added {\"hostPath\": \"/a\", \"isReadOnly\": true, "
                        "\"hostPathType\": \"any\", \"hostPathMode\": \"0755\", \"hostPathUser\": \"root\", "
                        "\"hostPathGroup\": \"root\", "
                        "\"idmap\": \"rootidmap\"})\n"},
                {"bindMounts: {/a: {idmap: noidmap}}", "bindMounts: {/a: {idmap: owneridmap}}",
                        "web: restart (bindMounts.\"/a\".idmap: \"noidmap\" → \"owneridmap\")\n"},
                {"privateNetwork: true, localAddress: 10.0.0.2",
                        "privateNetwork: true, localAddress: 10.0.0.2, forwardPorts: [{hostPort: 80}]",
                        "web: update (forwardPorts: added {\"protocol\": \"tcp\", \"hostPort\": 80, \"containerPort\": "
                        "80, \"openFirewall\": false})\n"},
                {"privateNetwork: true, localAddress: 10.0.0.2, forwardPorts: [{hostPort: 80}]",
                        "privateNetwork: true, localAddress: 10.0.0.2, forwardPorts: [{containerPort: 80, hostPort: "
                        "80, "
                        "protocol: tcp}]",
                        ""},
                {"privateNetwork: true, hostBridge: b, forwardPorts: [{hostPort: 80}]",
                        "privateNetwork: true, hostBridge: b",
                        "web: restart (forwardPorts: removed {\"protocol\": \"tcp\", \"hostPort\": 80, "
                        "\"containerPort\": "
                        "80, \"openFirewall\": false})\n"},
                {"", "forwardPorts: [{hostPort: 80}]", ""},
                {"privateNetwork: true, localAddress6: fc00::2",
                        "privateNetwork: true, localAddress6: fc00::2, forwardPorts: [{hostPort: 80}]",
                        "web: update (forwardPorts: added {\"protocol\": \"tcp\", \"hostPort\": 80, \"containerPort\": "
                        "80, \"openFirewall\": false})\n"},
                /* What is mounted below is hidden by what is mounted later, other things are not. */
                {"", "bindMounts: {/a: {}, /a/b: {}}",
                        RESTART_FOR("bindMounts.\"/a\"", "/a") "; " ADDED("bindMounts.\"/a/b\"", "/a/b") ")\n"},
                {"tmpfs: [/b, /ab]", "tmpfs: [/b, /ab], bindMounts: {/a: {}}",
                        "web: update (" ADDED("bindMounts.\"/a\"", "/a") ")\n"},
                {"bindMounts: {/a: {}}", "",
                        "web: restart (bindMounts.\"/a\": removed {\"hostPath\": \"/a\", \"isReadOnly\": true, "
                        "\"hostPathType\": \"any\", \"hostPathMode\": \"0755\", \"hostPathUser\": \"root\", "
                        "\"hostPathGroup\": \"root\"})\n"},
                {"restartIfChanged: true", "restartIfChanged: true, tmpfs: [/a]",
                        "web: restart (tmpfs: added [\"/a\"])\n"},
                {"restartIfChanged: true", "restartIfChanged: false, tmpfs: [/a]",
                        "web: keep (restartIfChanged is false; tmpfs: added [\"/a\"])\n"},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                char manifest[4096];
                const char *text;
                Host host;

                host_init(&host);
                runs(&host, "web", cases[i].old);
                snprintf(manifest, sizeof(manifest), "version: 1\ncontainers: {web: {system: /old, %s}}", cases[i].new);
                declare(&host, manifest);
                text = planned(&host);
                if (cases[i].expected)
                        assert_string_equal(text, cases[i].expected);
                else
                        assert_ptr_equal(strstr(text, "web: fail (m.yaml:2:"), text);
                host_free(&host);
        }
}

static void another_system_is_activated_inside_unless_the_root_is_made_anew(void **state) {
        static const char hash[] = "0123456789abcdfghijklmnpqrsvwxyz", other[] = "abcdfghijklmnpqrsvwxyz0123456789";
        char text[1024];
        Host host;

        (void)state;
        host_init(&host);
        snprintf(text, sizeof(text), "version: 1\ncontainers: {a: {system: /nix/store/%s-nixos-26.05}}", hash);
        record(&host, "a", RECORD_MANIFEST, text);
        runs(&host, "b", "ephemeral: true");
        runs(&host, "c", "");
        record(&host, "c", RECORD_SYSTEM, "/new\n");
        runs(&host, "d", "tmpfs: [/a]");
        snprintf(text, sizeof(text),
                "version: 1\ncontainers: {a: {system: /nix/store/%s-nixos-26.05}, b: {system: /new, ephemeral: true}, "
                "c: {system: /new}, d: {system: /new}}",
                other);
        declare(&host, text);
        assert_string_equal(planned(&host), "a: reload (system: 01234567…-nixos-26.05 → abcdfghi…-nixos-26.05)\n"
                                            "b: restart (system: \"/old\" → \"/new\")\n"
                                            "d: restart (system: \"/old\" → \"/new\"; tmpfs: removed [\"/a\"])\n");
        host_free(&host);
}

/* Only where both are paths of the store that differ in their hashes. */
static void paths_of_the_store_are_shown_without_what_they_have_in_common(void **state) {
#define HASH "0123456789abcdfghijklmnpqrsvwxyz"
        static const struct {
                const char *old, *new, *expected;
        } cases[] = {
                {"/nix/store/" HASH "-a", "/nix/store/" HASH "-b", "…-a → …-b"},
                {"/nix/store/a", "/nix/store/" HASH "-a", "\"/nix/store/a\" → \"/nix/store/" HASH "-a\""},
                {"/nix/store/" HASH "-a", "/nix/store/a", "\"/nix/store/" HASH "-a\" → \"/nix/store/a\""},
                {"/srv/" HASH "/systems", "/nix/store/" HASH "-b",
                        "\"/srv/" HASH "/systems\" → \"/nix/store/" HASH "-b\""},
                {"/nix/store/" HASH "-a", "/srv/" HASH "/systems",
                        "\"/nix/store/" HASH "-a\" → \"/srv/" HASH "/systems\""},
                {"/nix/store/" HASH "+a", "/nix/store/" HASH "-b", "\"/nix/store/" HASH "+a\" → …-b"},
        };
#undef HASH

        (void)state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                char text[512], expected[512];
                Host host;

                host_init(&host);
                snprintf(text, sizeof(text), "version: 1\ncontainers: {web: {system: %s}}", cases[i].old);
                record(&host, "web", RECORD_MANIFEST, text);
                snprintf(text, sizeof(text), "version: 1\ncontainers: {web: {system: %s}}", cases[i].new);
                declare(&host, text);
                snprintf(expected, sizeof(expected), "web: reload (system: %s)\n", cases[i].expected);
                assert_string_equal(planned(&host), expected);
                host_free(&host);
        }
}

static void containers_start_by_themselves_and_stop_when_they_are_no_longer_declared(void **state) {
        Host host;

        (void)state;
        host_init(&host);
        runs(&host, "tabasco", "");
        declare(&host, "version: 1\ncontainers: {new: {system: /a, autoStart: true}, lazy: {system: /a}}");
        assert_string_equal(planned(&host), "new: start\ntabasco: stop (undeclared)\n");
        host_free(&host);
}

static void a_manifest_that_cannot_be_read_to_its_end_stops_nothing(void **state) {
        static const char *const manifests[] = {"version: 1\ncontainers: {a: {system: /a}, b: [",
                "version: 1\ncontaners: {web: {system: /a}}", "version: 1\ncontainers: [web]", "web", ""};

        (void)state;
        for (size_t i = 0; i < sizeof(manifests) / sizeof(manifests[0]); i++) {
                Host host;

                host_init(&host);
                runs(&host, "web", "");
                declare(&host, manifests[i]);
                assert_non_null(strstr(planned(&host), "web: fail (may be declared in an invalid manifest)\n"));
                host_free(&host);
        }
}

static void a_container_with_errors_is_left_as_it_is(void **state) {
        Host host;

        (void)state;
        host_init(&host);
        runs(&host, "web", "");
        declare(&host, "version: 1\ncontainers: {web: {system: /a, ephemeral: maybe}}");
        assert_string_equal(planned(&host), "web: fail (m.yaml:2:43: containers.web.ephemeral: \"maybe\")\n");
        host_free(&host);
}

static void of_a_container_with_errors_its_own_first_one_is_the_reason(void **state) {
        const char *said;
        Host host;

        (void)state;
        host_init(&host);
        declare(&host, "version: 1\ncontainers: {a: {system: a}, web: {system: /a, localAddress: 10.0.0.2, interfaces: "
                       "[lo]}}");
        said = planned(&host);
        assert_non_null(strstr(said, "web: fail (m.yaml:2:85: containers.web.interfaces[0]:)\n"));
        host_free(&host);
}

static void an_error_of_the_whole_file_is_the_reason_of_all_its_containers(void **state) {
        Host host;

        (void)state;
        host_init(&host);
        declare(&host, "version: 2\ncontainers: {web: {system: /a}}");
        assert_string_equal(planned(&host), "web: fail (m.yaml:1:10: version: \"2\")\n");
        host_free(&host);
}

static void the_reason_is_an_error_of_its_own_or_else_of_its_own_file(void **state) {
        Host host;

        (void)state;
        host_init(&host);
        reading_add(&host.declared, "a.yaml", "containers: {db: {system: /a}}");
        reading_add(&host.declared, "b.yaml", "version: 1\ncontainers: {web: {sytem: /a, system: /a}}\nversoin: 1");
        assert_string_equal(planned(&host), "db: fail (a.yaml:1:1: version:)\n"
                                            "web: fail (b.yaml:2:20: containers.web.sytem: \"system\")\n");
        host_free(&host);
}

static void a_container_behind_one_with_many_errors_says_its_own(void **state) {
        const char *text = "version: 1\ncontainers:\n  many: {system: /a, tmpfs: [";
        const char *said;
        Host host;

        (void)state;
        host_init(&host);
        for (int i = 0; i < DIAGNOSTICS_MAX; i++)
                text = arena_join(&host.declared.arena, text, "x, ");
        declare(&host, arena_join(&host.declared.arena, text, "]}\n  web: {system: x}\n"));
        said = planned(&host);
        assert_non_null(strstr(said, "\nweb: fail (m.yaml:4:17: containers.web.system: \"x\")\n"));
        host_free(&host);
}

static void nothing_that_is_printed_acts_on_a_terminal(void **state) {
        Host host;

        (void)state;
        host_init(&host);
        runs(&host, "web", "tmpfs: [/x]");
        reading_add(&host.declared, "\033[2J\nodd.yaml",
                "version: 1\ncontainers: {\"\\e]0;odd\\a\\x9b\": {system: /a}, db: {system: x}}\n");
        declare(&host, "version: 1\ncontainers: {web: {system: /old, tmpfs: [\"/\\x9bx\"]}}\n");
        assert_string_equal(planned(&host),
                "\"\\x1b]0;odd\\x07\\u009b\": fail (?[2J?odd.yaml:2:14: containers.\"\\x1b]0;odd\\x07\\u009b\": "
                "\"\\x1b]0;odd\\x07\\u009b\")\n"
                "db: fail (?[2J?odd.yaml:2:59: containers.db.system: \"x\")\n"
                "web: restart (tmpfs: [\"/x\"] → [\"/\\u009bx\"])\n");
        host_free(&host);
}

static void before_any_container_has_run_there_is_a_plan(void **state) {
        Host host;

        (void)state;
        host_init(&host);
        declare(&host, "version: 1\ncontainers: {web: {system: /a, autoStart: true}}");
        assert_string_equal(planned(&host), "web: start\n");
        assert_false(plan_is_empty(&host.plan));
        host_free(&host);
        host_init(&host);
        declare(&host, "version: 1\ncontainers: {}");
        assert_string_equal(planned(&host), "");
        assert_true(plan_is_empty(&host.plan));
        host_free(&host);
}

/* The second of two declarations is an error of the first as well. */
static void a_container_that_is_declared_twice_is_planned_once(void **state) {
        Host host;

        (void)state;
        host_init(&host);
        declare(&host, "version: 1\ncontainers: {web: {system: /a, autoStart: true}, web: {system: /b}}");
        (void)planned(&host);
        assert_int_equal(host.plan.length, 1);
        assert_int_equal(host.plan.items[0].action, ACTION_FAIL);
        host_free(&host);
}

static void a_container_is_restarted_with_those_that_it_requires(void **state) {
        Host host;

        (void)state;
        host_init(&host);
        runs(&host, "a", "");
        runs(&host, "b", "requires: [a]");
        runs(&host, "c", "requires: [a.service, container@b.service]");
        runs(&host, "d", "requires: [other]");
        runs(&host, "gone", "requires: [a]");
        runs(&host, "kept", "");
        runs(&host, "waits", "requires: [kept]");
        declare(&host, "version: 1\ncontainers:\n"
                       "  a: {system: /old, tmpfs: [/x]}\n"
                       "  b: {system: /old, requires: [a]}\n"
                       "  c: {system: /old, requires: [a.service, container@b.service]}\n"
                       "  d: {system: /old, requires: [other]}\n"
                       "  e: {system: /old, requires: [a]}\n"
                       "  bad: {system: /old, requires: [a, \"/\"]}\n"
                       "  kept: {system: /old}\n"
                       "  waits: {system: /old, requires: [kept]}\n");
        runs(&host, "bad", "requires: [a]");
        assert_string_equal(planned(&host), "a: restart (tmpfs: added [\"/x\"])\n"
                                            "b: restart (requires a, which is restarted)\n"
                                            "bad: fail (m.yaml:8:37: containers.bad.requires[1]: \"/\")\n"
                                            "c: restart (requires b, which is restarted)\n"
                                            "gone: stop (undeclared)\n");
        host_free(&host);
}

static void what_was_interrupted_is_made_up_for(void **state) {
        Host host;

        (void)state;
        host_init(&host);
        runs(&host, "a", "");
        record(&host, "a", RECORD_UNFINISHED, "");
        record(&host, ".b.start", "file", "");
        declare(&host, "version: 1\ncontainers: {a: {system: /old}, b: {system: /old}, c: {system: /old}}");
        assert_string_equal(planned(&host), "a: restart (an earlier change is incomplete)\n"
                                            "b: start (stopped by an incomplete switch)\n");
        host_free(&host);
}

static void a_system_that_is_not_recorded_as_a_whole_line_is_none(void **state) {
        Host host;

        (void)state;
        host_init(&host);
        runs(&host, "a", "");
        record(&host, "a", RECORD_SYSTEM, "/ne");
        runs(&host, "b", "");
        record(&host, "b", RECORD_SYSTEM, "/new\n");
        runs(&host, "c", "");
        record(&host, "c", RECORD_SYSTEM, "");
        declare(&host, "version: 1\ncontainers: {a: {system: /old}, b: {system: /new}, c: {system: /old}}");
        assert_string_equal(planned(&host), "");
        host_free(&host);
}

/* Only what has an active unit runs; what is left of another is removed, by its start if it has one. */
static void what_is_left_of_an_end_that_was_cut_off_is_removed(void **state) {
        char path[256];
        Host host;

        (void)state;
        host_init(&host);
        runs(&host, "web", "");
        runs(&host, "declared", "");
        runs(&host, "started", "");
        runs(&host, "removed", "");
        record(&host, ".gone.new", "unit", "");
        record(&host, ".web.new", "unit", "");
        snprintf(path, sizeof(path), "%s/run/systemd", host.root);
        have_directory(path);
        snprintf(path, sizeof(path), "%s/run/systemd/units", host.root);
        have_directory(path);
        snprintf(path, sizeof(path), "%s/run/systemd/units/invocation:container@web.service", host.root);
        assert_int_equal(symlink("0123456789abcdef0123456789abcdef", path), 0);
        declare(&host,
                "version: 1\ncontainers: {web: {system: /old}, declared: {system: /new}, started: {system: /new, "
                "autoStart: true}}");
        assert_string_equal(planned(&host), "declared: stop (not stopped cleanly)\n"
                                            "gone: stop (undeclared)\n"
                                            "removed: stop (undeclared)\n"
                                            "started: start (not stopped cleanly)\n");
        host_free(&host);
}

static void a_mount_below_the_source_takes_a_restart(void **state) {
        char path[256], text[256];
        const char *said;
        FILE *stream;
        Host host;

        (void)state;
        host_init(&host);
        runs(&host, "web", "");
        snprintf(path, sizeof(path), "%s/proc", host.root);
        have_directory(path);
        snprintf(path, sizeof(path), "%s/proc/self", host.root);
        have_directory(path);
        snprintf(path, sizeof(path), "%s/proc/self/mountinfo", host.root);
        stream = fopen(path, "w");
        assert_non_null(stream);
        fputs("30 1 0:26 / / rw - ext4 /dev/sda1 rw\n31 30 0:27 / /srv/a/b rw - tmpfs tmpfs rw\n"
              "32 30 0:28 / /srv/other rw - tmpfs tmpfs rw\n33 30 0:29 / /usr rw - tmpfs tmpfs rw\n",
                stream);
        fclose(stream);
        runs(&host, "beside", "");
        snprintf(text, sizeof(text),
                "version: 1\ncontainers: {web: {system: /old, bindMounts: {/x: {hostPath: /srv/a}}}, beside: {system: "
                "/old, bindMounts: {/x: {hostPath: /srv/o}}}}");
        declare(&host, text);
        said = planned(&host);
        assert_non_null(strstr(said, "web: restart (bindMounts.\"/x\": added"));
        assert_non_null(strstr(said, "beside: update (bindMounts.\"/x\": added"));
        host_free(&host);
}

static void what_another_version_has_started_is_left_as_it_is(void **state) {
        Host host;

        (void)state;
        host_init(&host);
        record(&host, "web", "unit", "[Unit]\n");
        declare(&host, "version: 1\ncontainers: {web: {system: /a}}");
        assert_string_equal(planned(&host), "web: keep (no usable state record: restart it)\n");
        host_free(&host);
}

static void a_record_that_tells_of_no_container_is_not_compared(void **state) {
        static const char *const records[] = {
                "version: 1\ncontainers: {web: {system: x}}\n", "version: 1\ncontainers: {}\n"};

        (void)state;
        for (size_t i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
                Host host;

                host_init(&host);
                record(&host, "web", RECORD_MANIFEST, records[i]);
                declare(&host, "version: 1\ncontainers: {web: {system: /a}}");
                assert_string_equal(planned(&host), "web: keep (no usable state record: restart it)\n");
                host_free(&host);
        }
}

static void a_record_that_names_no_other_system_has_the_one_of_the_start(void **state) {
        Host host;

        (void)state;
        host_init(&host);
        runs(&host, "web", "");
        record(&host, "web", RECORD_SYSTEM, "");
        declare(&host, "version: 1\ncontainers: {web: {system: /old}}");
        assert_string_equal(planned(&host), "");
        host_free(&host);
}

static void a_record_of_a_format_that_is_not_known_is_not_compared(void **state) {
        static const struct {
                const char *format, *expected;
        } cases[] = {
                {"1\n", ""},
                {"2\n", "2"},
                {"999999999\n", "999999999"},
                {"1234567890\n", "0"},
                {"1", "0"},
                {"one\n", "0"},
                {"0\n", "0"},
                {"-1\n", "0"},
                {"", "0"},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                char expected[256] = "";
                Host host;

                host_init(&host);
                runs(&host, "web", "");
                record(&host, "web", RECORD_FORMAT_FILE, cases[i].format);
                declare(&host, "version: 1\ncontainers: {web: {system: /old}}");
                if (*cases[i].expected)
                        snprintf(expected, sizeof(expected),
                                "web: keep (started by an incompatible version of nixos-container-generator (state "
                                "record format %s, expected 1): restart it)\n",
                                cases[i].expected);
                assert_string_equal(planned(&host), expected);
                host_free(&host);
        }
}

static void a_container_of_an_unknown_format_that_is_not_declared_is_stopped(void **state) {
        Host host;

        (void)state;
        host_init(&host);
        record(&host, "web", RECORD_FORMAT_FILE, "2\n");
        declare(&host, "version: 1\ncontainers: {}");
        assert_string_equal(planned(&host), "web: stop (undeclared)\n");
        host_free(&host);
}

#define ENTRY "# Its entry there.\nversion: 1\ncontainers:\n \"web\":\n"

/* A record with the entry to the byte is not parsed; any other is. */
static void a_record_is_only_parsed_if_it_differs(void **state) {
        static const char declared[] =
                "version: 1\ncontainers:\n  web:\n    system: /a\n    tmpfs: [/b]\n  x: {system: /a}\n\n";
        static const char *const records[] = {
                ENTRY "    system: /a\n    tmpfs: [/b]\n",
                ENTRY "    tmpfs: [/b]\n    system: /a\n",
                ENTRY "    system: /a\n    tmpfs: [/b]\n    ephemeral: true\n",
                ENTRY "    system: /a\n",
        };
        static const char *const plans[] = {"", "", "restart", "restart"};
        static const bool parsed[] = {false, true, true, true};

        (void)state;
        for (size_t i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
                Host host;

                host_init(&host);
                declare(&host, declared);
                record(&host, "web", RECORD_MANIFEST, records[i]);
                record(&host, "x", RECORD_MANIFEST, "version: 1\ncontainers:\n \"x\":\n  {system: /a}\n");
                if (i == 0)
                        record(&host, "x", RECORD_SYSTEM, "/b\n");
                (void)planned(&host);
                assert_int_equal(host.plan.length, 2);
                assert_int_equal(host.plan.items[0].running != host.plan.items[0].declared, parsed[i]);
                assert_int_equal(host.plan.items[0].action, *plans[i] ? ACTION_RESTART : ACTION_NONE);
                /* Where another system has been activated, the entry does not tell what runs. */
                assert_int_equal(host.plan.items[1].running != host.plan.items[1].declared, i == 0);
                assert_int_equal(host.plan.items[1].action, i == 0 ? ACTION_RELOAD : ACTION_NONE);
                host_free(&host);
        }
}

static void the_plan_is_json_for_programs(void **state) {
        char *text = NULL;
        size_t length;
        FILE *stream = open_memstream(&text, &length);
        Host host;

        (void)state;
        host_init(&host);
        runs(&host, "web", "tmpfs: [/a]");
        runs(&host, "old", "");
        declare(&host, "version: 1\ncontainers: {web: {system: /new, autoStart: true, memoryMax: 1G}}");
        (void)planned(&host);
        plan_print_json(&host.plan, stream);
        fclose(stream);
        assert_string_equal(text,
                "[\n"
                "{\"name\": \"old\", \"action\": \"stop\", \"reason\": \"undeclared\", \"changes\": []},\n"
                "{\"name\": \"web\", \"action\": \"restart\", \"reason\": null, \"changes\": ["
                "{\"option\": \"system\", \"old\": \"/old\", \"new\": \"/new\"}, "
                "{\"option\": \"tmpfs\", \"old\": [\"/a\"], \"new\": null}, "
                "{\"option\": \"memoryMax\", \"old\": null, \"new\": \"1G\"}]}\n"
                "]\n");
        free(text);
        host_free(&host);
}

static void at_a_terminal_what_is_done_has_a_colour(void **state) {
        char *text = NULL;
        size_t length;
        FILE *stream = open_memstream(&text, &length);
        Host host;

        (void)state;
        host_init(&host);
        runs(&host, "old", "");
        declare(&host, "version: 1\ncontainers: {web: {system: /a, autoStart: true}}");
        (void)planned(&host);
        plan_print(&host.plan, stream, true);
        fclose(stream);
        assert_string_equal(text, "old: \033[31mstop\033[0m (undeclared)\nweb: \033[32mstart\033[0m\n");
        free(text);
        host_free(&host);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_system_in_a_profile_is_what_the_profile_of_the_host_leads_to),
                cmocka_unit_test(it_is_known_of_every_option_what_its_change_takes),
                cmocka_unit_test(every_option_that_changes_is_named_with_what_it_takes),
                cmocka_unit_test(another_system_is_activated_inside_unless_the_root_is_made_anew),
                cmocka_unit_test(paths_of_the_store_are_shown_without_what_they_have_in_common),
                cmocka_unit_test(containers_start_by_themselves_and_stop_when_they_are_no_longer_declared),
                cmocka_unit_test(a_manifest_that_cannot_be_read_to_its_end_stops_nothing),
                cmocka_unit_test(a_container_with_errors_is_left_as_it_is),
                cmocka_unit_test(of_a_container_with_errors_its_own_first_one_is_the_reason),
                cmocka_unit_test(an_error_of_the_whole_file_is_the_reason_of_all_its_containers),
                cmocka_unit_test(the_reason_is_an_error_of_its_own_or_else_of_its_own_file),
                cmocka_unit_test(a_container_behind_one_with_many_errors_says_its_own),
                cmocka_unit_test(nothing_that_is_printed_acts_on_a_terminal),
                cmocka_unit_test(before_any_container_has_run_there_is_a_plan),
                cmocka_unit_test(a_container_that_is_declared_twice_is_planned_once),
                cmocka_unit_test(a_container_is_restarted_with_those_that_it_requires),
                cmocka_unit_test(what_was_interrupted_is_made_up_for),
                cmocka_unit_test(a_system_that_is_not_recorded_as_a_whole_line_is_none),
                cmocka_unit_test(what_is_left_of_an_end_that_was_cut_off_is_removed),
                cmocka_unit_test(a_mount_below_the_source_takes_a_restart),
                cmocka_unit_test(what_another_version_has_started_is_left_as_it_is),
                cmocka_unit_test(a_record_that_tells_of_no_container_is_not_compared),
                cmocka_unit_test(a_record_that_names_no_other_system_has_the_one_of_the_start),
                cmocka_unit_test(a_record_of_a_format_that_is_not_known_is_not_compared),
                cmocka_unit_test(a_container_of_an_unknown_format_that_is_not_declared_is_stopped),
                cmocka_unit_test(a_record_is_only_parsed_if_it_differs),
                cmocka_unit_test(the_plan_is_json_for_programs),
                cmocka_unit_test(at_a_terminal_what_is_done_has_a_colour),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
