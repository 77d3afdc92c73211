/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "manifest/model.h"
#include "reading.h"

/* Containers as they stand below "containers:", one a line from line 3 on; those that are broken with a "!" before them;
 * and all that is said. */
typedef struct Case {
        const char *text, *containers, *said;
} Case;

#define N "privateNetwork: true, "

static const Case effects[] = {
        {"a: { system: /s, hostBridge: br0, hostAddress: 10.0.0.1, hostAddress6: fd00::1, localAddress: 10.0.0.2, "
         "localAddress6: fd00::2, localMacAddress: '02:00:00:00:00:01', forwardPorts: [{ hostPort: 80 }] }",
                "a",
                "f.yaml:3:32: containers.a.hostBridge: (warning)\n"
                "f.yaml:3:50: containers.a.hostAddress: (warning)\n"
                "f.yaml:3:74: containers.a.hostAddress6: (warning)\n"
                "f.yaml:3:97: containers.a.localAddress: (warning)\n"
                "f.yaml:3:122: containers.a.localAddress6: (warning)\n"
                "f.yaml:3:148: containers.a.localMacAddress: (warning)\n"
                "f.yaml:3:183: containers.a.forwardPorts: (warning)\n"},
        {"a: { system: /s, privateNetwork: false, hostAddress: 10.0.0.1 }", "a",
                "f.yaml:3:56: containers.a.hostAddress: (warning)\n"},
        {"a: { system: /s, forwardPorts: [], hostAddress: ~ }", "a", ""},
        {"a: { system: /s, " N "hostBridge: br0, forwardPorts: [{ hostPort: 80 }] }", "a", ""},
        {"a: { system: /s, extraVeths: { x: { hostAddress: 10.0.0.1, localAddress: 10.0.0.2, forwardPorts: [{ "
         "hostPort: 80 }] } } }",
                "a", ""},
        {"a: { system: /s, extraVeths: { x: { hostAddress: 10.0.0.1, forwardPorts: [{ hostPort: 80 }] } } }", "a",
                "f.yaml:3:76: containers.a.extraVeths.x.forwardPorts: (warning)\n"},
        {"a: { system: /s, extraVeths: { x: { localAddress6: fd00::2, forwardPorts: [{ hostPort: 80 }] } } }", "a", ""},
};

static const Case conflicts[] = {
        {"a: { system: /s, networkNamespace: /n, " N "interfaces: [i], macvlans: [m], extraVeths: { x: } }", "!a",
                "f.yaml:3:38: containers.a.networkNamespace:\n"
                "f.yaml:3:38: containers.a.networkNamespace:\n"
                "f.yaml:3:38: containers.a.networkNamespace:\n"
                "f.yaml:3:38: containers.a.networkNamespace:\n"},
        {"a: { system: /s, networkNamespace: /n, privateNetwork: false, interfaces: [], macvlans: [], extraVeths: {} }",
                "a", ""},
        {"a: { system: /s, extraVeths: { lo: } }", "!a", "f.yaml:3:34: containers.a.extraVeths.lo:\n"},
        {"a: { system: /s, " N "hostAddress: 10.0.0.1, extraVeths: { eth0: } }", "!a",
                "f.yaml:3:79: containers.a.extraVeths.eth0:\n"},
        /* Without the main link the name is free. */
        {"a: { system: /s, " N "extraVeths: { eth0: } }", "a", ""},
        {"a: { system: /s, bindMounts: { /: { hostPath: /a } } }", "!a",
                "f.yaml:3:34: containers.a.bindMounts.\"/\":\n"},
        {"a: { system: /s, bindMounts: { /b: { hostPath: / } } }", "a", ""},
        /* What is wrong in itself is still looked at, and does no harm. */
        {"a: { system: s, networkNamespace: n, " N "bindMounts: { /: , c: { hostPath: d } }, interfaces: [[]] }", "!a",
                "f.yaml:3:16: containers.a.system: \"s\"\n"
                "f.yaml:3:37: containers.a.networkNamespace: \"n\"\n"
                "f.yaml:3:81: containers.a.bindMounts.c: \"c\"\n"
                "f.yaml:3:96: containers.a.bindMounts.c.hostPath: \"d\"\n"
                "f.yaml:3:116: containers.a.interfaces[0]: \"._-+=@~\"\n"
                "f.yaml:3:37: containers.a.networkNamespace:\n"
                "f.yaml:3:37: containers.a.networkNamespace:\n"
                "f.yaml:3:76: containers.a.bindMounts.\"/\":\n"},
};

#define ONLY_ONE ": of these containers only one can run at a time (warning)\n"

static const Case claims[] = {
        /* Of one container. */
        {"a: { system: /s, " N
         "localAddress: 10.0.0.2, forwardPorts: [{ hostPort: 80 }, { hostPort: 80, protocol: tcp }] }",
                "!a", "f.yaml:3:111: containers.a.forwardPorts[1].hostPort: containers.a.forwardPorts[0].hostPort\n"},
        {"a: { system: /s, " N
         "localAddress: 10.0.0.2, forwardPorts: [{ hostPort: 80 }, { hostPort: 80, protocol: udp }] }",
                "a", ""},
        {"a: { system: /s, " N "localAddress: 10.0.0.2, forwardPorts: [{ hostPort: 1000-1999 }, { hostPort: 1500-1510, "
         "containerPort: 80 }] }",
                "!a", "f.yaml:3:118: containers.a.forwardPorts[1].hostPort: containers.a.forwardPorts[0].hostPort\n"},
        {"a: { system: /s, interfaces: ['e:a', e] }", "!a",
                "f.yaml:3:40: containers.a.interfaces[1]: containers.a.interfaces[0]\n"},
        {"a: { system: /s, interfaces: [e], extraVeths: { e: } }", "!a",
                "f.yaml:3:33: containers.a.interfaces[0]: containers.a.extraVeths.e\n"},
        {"a: { system: /s, " N "localAddress: 10.0.0.2, extraVeths: { x: { localAddress: 10.0.0.2/8 } } }", "!a",
                "f.yaml:3:99: containers.a.extraVeths.x.localAddress: containers.a.localAddress\n"},
        {"a: { system: /s, " N "localAddress: 10.0.0.2, extraVeths: { x: { localAddress: 10.0.0.2, hostBridge: b } } }",
                "a", ""},

        /* Of two. */
        {"a: { system: /s, " N "localAddress: 10.0.0.2, forwardPorts: [{ hostPort: 80 }] }\n"
         "  b: { system: /s, " N "localAddress: 10.0.0.3, forwardPorts: [{ hostPort: 81 }, { hostPort: 80 }] }",
                "a b",
                "f.yaml:4:111: containers.b.forwardPorts[1].hostPort: containers.a.forwardPorts[0].hostPort "
                "f.yaml:3:93 (warning)\n"},
        {"a: { system: /s, " N "localAddress: 10.0.0.2, forwardPorts: [{ hostPort: 80-82 }, { hostPort: 83 }] }\n"
         "  b: { system: /s, " N "localAddress: 10.0.0.3, forwardPorts: [{ hostPort: 81-84 }] }",
                "a b",
                "f.yaml:4:93: containers.b.forwardPorts[0].hostPort: containers.a.forwardPorts[0].hostPort f.yaml:3:93 "
                "(warning)\n"
                "f.yaml:4:93: containers.b.forwardPorts[0].hostPort: containers.a.forwardPorts[1].hostPort "
                "f.yaml:3:114 (warning)\n"},
        {"a: { system: /s, " N "localAddress6: 'fd00::2' }\n  b: { system: /s, " N "localAddress6: 'FD00:0::2/64' }",
                "a b", "f.yaml:4:57: containers.b.localAddress6: containers.a.localAddress6 f.yaml:3:57 (warning)\n"},
        {"a: { system: /s, " N "localAddress: 10.0.0.2, hostBridge: x }\n"
         "  b: { system: /s, " N "localAddress: 10.0.0.2, hostBridge: y }\n"
         "  c: { system: /s, " N "localAddress: 10.0.0.2 }",
                "a b c", ""},
        {"a: { system: /s, " N "localAddress: 10.0.0.2, hostBridge: x }\n"
         "  b: { system: /s, " N "localAddress: 10.0.0.2, hostBridge: x }",
                "a b", "f.yaml:4:56: containers.b.localAddress: containers.a.localAddress f.yaml:3:56 (warning)\n"},
        {"a: { system: /s, interfaces: ['e:a'] }\n  b: { system: /s, interfaces: ['e:b'] }\n"
         "  c: { system: /s, extraVeths: { e: } }",
                "a b c",
                "f.yaml:4:33: containers.b.interfaces[0]: containers.a.interfaces[0] f.yaml:3:33 (warning)\n"
                "f.yaml:5:34: containers.c.extraVeths.e: containers.a.interfaces[0] f.yaml:3:33 (warning)\n"},
        {"a: { system: /s, macvlans: [e] }\n  b: { system: /s, macvlans: [e], interfaces: [f] }", "a b", ""},
        /* The host's end may be the same for all. */
        {"a: { system: /s, " N "hostAddress: 10.0.0.1 }\n  b: { system: /s, " N "hostAddress: 10.0.0.1 }", "a b", ""},
        /* What has no effect takes nothing from others, and neither does what never runs. */
        {"a: { system: s, " N "localAddress: 10.0.0.2 }\n  b: { system: /s, " N "localAddress: 10.0.0.2 }", "!a b",
                "f.yaml:3:16: containers.a.system: \"s\"\n"},
        {"a: { system: /s, localAddress: 10.0.0.2 }\n  b: { system: /s, " N "localAddress: 10.0.0.2 }", "a b",
                "f.yaml:3:34: containers.a.localAddress: (warning)\n"},
};

static const Case names[] = {
        {"a: { system: /s }\n  b: { system: /s }\n  a: { system: /t }", "!a b !a",
                "f.yaml:5:3: containers.a: f.yaml:3:3\n"
                "f.yaml:3:3: containers.a: f.yaml:5:3\n"},
        {"a: { system: /s }\n  A: { system: /s }", "a A", ""},
};

static void check_cases(const Case *cases, size_t length) {
        int wrong = 0;

        for (size_t i = 0; i < length; i++) {
                const char *said, *containers = "";
                Reading reading;

                reading_init(&reading);
                reading_add(&reading, "f.yaml",
                        arena_printf(&reading.arena, "version: 1\ncontainers:\n  %s\n", cases[i].text));
                model_check(&reading.manifest, "", MODEL_OPTIONS);
                said = reading_said(&reading);
                for (size_t j = 0; j < reading.manifest.length; j++)
                        containers = arena_printf(&reading.arena, "%s%s%s%s", containers, j > 0 ? " " : "",
                                reading.manifest.containers[j]->broken ? "!" : "",
                                reading.manifest.containers[j]->name.text);
                if (strcmp(said, cases[i].said) != 0 || strcmp(containers, cases[i].containers) != 0) {
                        print_error("%s\nare the containers \"%s\" of which is said\n%s\n", cases[i].text, containers,
                                said);
                        wrong++;
                }
                reading_free(&reading);
        }
        assert_int_equal(wrong, 0);
}

#define LENGTH(table) (sizeof(table) / sizeof((table)[0]))

static void options_without_effect_are_warned_of(void **state) {
        (void)state;
        check_cases(effects, LENGTH(effects));
}

static void options_that_cannot_go_together_break_the_container(void **state) {
        (void)state;
        check_cases(conflicts, LENGTH(conflicts));
}

static void what_only_one_can_have_is_an_error_within_a_container_and_a_warning_between_two(void **state) {
        (void)state;
        check_cases(claims, LENGTH(claims));
}

/* Two containers that forward a port, each with addresses of these families, and whether only one can have it. */
static const struct {
        struct {
                const char *families, *options;
        } a, b;
        bool clash;
} forwards[] = {
        {{"46", ""}, {"46", ""}, true},
        {{"46", ""}, {"46", ", hostIP: 0.0.0.0"}, true},
        {{"46", ""}, {"46", ", hostIP: '::'"}, true},
        {{"46", ""}, {"46", ", hostIP: 127.0.0.1"}, true},
        {{"46", ""}, {"46", ", hostIP: '::1'"}, true},
        {{"46", ""}, {"46", ", hostIP: 127.0.0.2"}, false},
        {{"46", ""}, {"46", ", hostIP: 192.0.2.1"}, false},
        {{"46", ", hostIP: 0.0.0.0"}, {"46", ", hostIP: 0.0.0.0"}, true},
        {{"46", ", hostIP: 0.0.0.0"}, {"46", ", hostIP: '::'"}, false},
        {{"46", ", hostIP: 0.0.0.0"}, {"46", ", hostIP: 127.0.0.1"}, true},
        {{"46", ", hostIP: 0.0.0.0"}, {"46", ", hostIP: '::1'"}, false},
        {{"46", ", hostIP: '::'"}, {"46", ", hostIP: '::1'"}, true},
        {{"46", ", hostIP: 127.0.0.1"}, {"46", ", hostIP: 127.0.0.1"}, true},
        {{"46", ", hostIP: 127.0.0.2"}, {"46", ", hostIP: 127.0.0.2"}, true},
        {{"46", ", hostIP: '2001:db8::1'"}, {"46", ", hostIP: '2001:db8:0::1'"}, true},
        /* Localhost leads to an address of either family for TCP, and for UDP to one of its own. */
        {{"4", ""}, {"6", ""}, true},
        {{"4", ""}, {"6", ", hostIP: '::1'"}, true},
        {{"4", ", protocol: udp"}, {"6", ", protocol: udp"}, false},
        {{"46", ", protocol: udp"}, {"6", ", protocol: udp, hostIP: '::'"}, true},
        {{"46", ", protocol: udp"}, {"4", ", protocol: udp, hostIP: 0.0.0.0"}, true},
        /* To addresses that only systemd-nspawn knows. */
        {{"", ", protocol: udp"}, {"4", ", protocol: udp"}, true},
        {{"", ", protocol: udp"}, {"6", ", protocol: udp"}, true},
};

static const char *forwarding(Arena *arena, const char *name, int number, const char *families, const char *options) {
        return arena_printf(arena, "  %s: { system: /s, " N "%s%s forwardPorts: [{ hostPort: 80%s }] }\n", name,
                strchr(families, '4') ? arena_printf(arena, "localAddress: 10.0.0.%i, ", number) : "",
                strchr(families, '6') ? arena_printf(arena, "localAddress6: 'fd00::%i', ", number) : "", options);
}

static void a_port_of_all_addresses_is_one_in_each_family_and_that_of_localhost(void **state) {
        (void)state;
        for (size_t i = 0; i < sizeof(forwards) / sizeof(forwards[0]); i++)
                for (int order = 0; order < 2; order++) {
                        const char *a, *b;
                        Reading reading;

                        reading_init(&reading);
                        a = forwarding(&reading.arena, "a", 1, forwards[i].a.families, forwards[i].a.options);
                        b = forwarding(&reading.arena, "b", 2, forwards[i].b.families, forwards[i].b.options);
                        reading_add(&reading, "f.yaml",
                                arena_printf(&reading.arena, "version: 1\ncontainers:\n%s%s", order == 0 ? a : b,
                                        order == 0 ? b : a));
                        model_check(&reading.manifest, "", MODEL_OPTIONS);
                        if (reading.manifest.diagnostics.errors + reading.manifest.diagnostics.warnings !=
                                forwards[i].clash)
                                fail_msg("%s%sof which is said:\n%s", a, b, reading_said(&reading));
                        reading_free(&reading);
                }
}

static void a_name_declared_twice_breaks_both_containers(void **state) {
        (void)state;
        check_cases(names, LENGTH(names));
}

static void a_name_declared_in_two_files_names_both_files(void **state) {
        Reading reading;

        (void)state;
        reading_init(&reading);
        reading_add(&reading, "1.yaml", "version: 1\ncontainers: { a: { system: /s } }\n");
        reading_add(&reading, "2.yaml", "version: 1\ncontainers: { a: { system: /s } }\n");
        model_check(&reading.manifest, "", MODEL_OPTIONS);
        assert_string_equal(reading_said(&reading), "2.yaml:2:15: containers.a: 1.yaml:2:15\n"
                                                    "1.yaml:2:15: containers.a: 2.yaml:2:15\n");
        /* The first one stands for both. */
        assert_ptr_equal(name_table_find(&reading.manifest.names, "a"), reading.manifest.containers[0]);
        reading_free(&reading);
}

static void claims_are_kept_for_whoever_enforces_them(void **state) {
        static const char *const expected[][2] = {
                {"address 10.0.0.2 on bridge b", "localAddress"},
                {"address fd00::2 on bridge b", "localAddress6"},
                {"host port udp 53", "forwardPorts[0].hostPort"},
                {"host port udp 53 over IPv6", "forwardPorts[0].hostPort"},
                {"network interface a.b", "extraVeths.\"a.b\""},
                {"address 10.1.0.2", "extraVeths.\"a.b\".localAddress"},
                {"host port tcp 80", "extraVeths.\"a.b\".forwardPorts[0].hostPort"},
                {"host port tcp 80 over IPv6", "extraVeths.\"a.b\".forwardPorts[0].hostPort"},
                {"network interface e", "interfaces[0]"},
        };
        const Container *container;
        Reading reading;

        (void)state;
        reading_init(&reading);
        reading_add(&reading, "f.yaml",
                "version: 1\ncontainers: { a: { system: /s, privateNetwork: true, hostBridge: b, localAddress: "
                "10.0.0.2/24, "
                "localAddress6: 'FD00::2', forwardPorts: [{ protocol: udp, hostPort: 53 }], interfaces: ['e:f'], "
                "extraVeths: { "
                "a.b: { localAddress: 10.1.0.2, forwardPorts: [{ hostPort: 80 }] } } } }\n");
        model_check(&reading.manifest, "", MODEL_OPTIONS);
        assert_string_equal(reading_said(&reading), "");
        container = reading.manifest.containers[0];
        assert_int_equal(container->claims_length, LENGTH(expected));
        for (size_t i = 0; i < LENGTH(expected); i++) {
                assert_string_equal(container->claims[i].text, expected[i][0]);
                assert_string_equal(container->claims[i].option, expected[i][1]);
        }
        reading_free(&reading);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(options_without_effect_are_warned_of),
                cmocka_unit_test(options_that_cannot_go_together_break_the_container),
                cmocka_unit_test(what_only_one_can_have_is_an_error_within_a_container_and_a_warning_between_two),
                cmocka_unit_test(a_port_of_all_addresses_is_one_in_each_family_and_that_of_localhost),
                cmocka_unit_test(a_name_declared_twice_breaks_both_containers),
                cmocka_unit_test(a_name_declared_in_two_files_names_both_files),
                cmocka_unit_test(claims_are_kept_for_whoever_enforces_them),
        };

        return cmocka_run_group_tests_name("check", tests, NULL, NULL);
}
