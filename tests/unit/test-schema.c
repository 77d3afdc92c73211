/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "manifest/manifest.h"
#include "manifest/schema.h"

#define N64 "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"

/* The texts each option takes, and those it does not. A type stands for all options that have it. */
static const struct {
        const char *option;
        const char *accepted[24], *rejected[32];
} cases[] = {
        {"autoStart", {"true", "false"}, {"", "yes", "True", "TRUE", "1", "on", "true ", "truee"}},
        {"extraFlags", {"a", " ", "a b", "%i$\"'\\;", "ä☃", "\xef\xbf\xbd", "--setenv=A=b"},
                {"", "a\nb", "\n", "a\tb", "\x01", "\x7f", "\x1b[2J", "\xef\xbf\xbf", "a\xef\xb7\x90",
                        "\xf0\x9f\xbf\xbe"}},
        {"forwardPorts.hostPort", {"1", "80", "65535"},
                {"", "0", "65536", "-1", "+1", "080", "0x50", "1e3", "80 ", " 80", "80\n", "http", "4294967376",
                        "18446744073709551696"}},
        {"system", {"/", "/nix/store/a", "/a b", "/%i", "/a\"'\\;$", "/ä", "/..a", "/a..", "/...", "//a//./b/"},
                {"", "a", "./a", "~/a", "/..", "/a/..", "/../a", "/a/../b", "/a\nb", "/a\x7f"}},
        {"hostAddress", {"10.0.0.1"}, {"", "10.0.0.1/24", "10.0.0", "10.0.0.256", "fd00::1", "10.0.0.1\n"}},
        {"localAddress", {"10.0.0.1", "10.0.0.1/24", "10.0.0.1/0"}, {"", "10.0.0.1/33", "10.0.0.1/", "fd00::1"}},
        {"hostAddress6", {"fd00::1", "::1", "FD00::A"}, {"", "fd00::1/64", "10.0.0.1", "fe80::1%eth0", "[::1]"}},
        {"localAddress6", {"fd00::1", "fd00::1/64", "fd00::1/128"}, {"", "fd00::1/129", "fd00::/064", "10.0.0.1"}},
        {"localMacAddress", {"02:00:00:00:00:01", "AA:bb:cc:dd:ee:ff"},
                {"", "01:00:00:00:00:01", "00:00:00:00:00:00", "02-00-00-00-00-01", "02:00:00:00:00:01\n"}},
        {"hostBridge", {"br0", "br-lan.7", "a@b~c=d+e_", "fifteen-letters"},
                {"", "sixteen-letters-", "a b", "a:b", "a/b", ".", "..", "7", "-a", "a;b", "$a", "%i", "a\n", "ä"}},
        {"interfaces", {"eth0", "eth0:wan", "fifteen-letters:letters-fifteen"},
                {"", ":", "eth0:", ":wan", "a:b:c", "eth0:7", "7:eth0", "sixteen-letters-:a", "a:sixteen-letters-",
                        "eth0 :a", "a\n:b"}},
        {"forwardPorts.protocol", {"tcp", "udp"}, {"", "TCP", "sctp", "tcp ", "6", "tcp\n"}},
        {"privateUsers", {"no", "identity", "pick", "0", "1", "65536", "4294901759"},
                {"", "yes", "No", "managed", "-1", "4294901760", "4294967295", "65535", "1:65536", "01", "pick\n"}},
        {"additionalCapabilities", {"CAP_NET_ADMIN", "cap_net_admin", "Cap_Sys_Admin", "all"},
                {"", "NET_ADMIN", "CAP_FLY", "CAP_", "ALL", "CAP_CHOWN,CAP_KILL", "CAP_CHOWN ", "12", "cap_12",
                        "~CAP_KILL"}},
        {"allowedDevices.node",
                {"/dev/fuse", "/dev/dri/card0", "/dev/a b", "/run/systemd/inaccessible/chr", "char-usb_device",
                        "block-*", "char-*", "//dev/./fuse"},
                {"", "/dev", "/dev/", "/etc/passwd", "/dev/../etc/passwd", "dev/fuse", "char-a b", "char-\"a\"",
                        "char-a\\", "block-a'", "pts-*", "/dev/a\nb", "char-a\n"}},
        {"devices", {"/dev/fuse", "/dev/serial/by-id/usb-1_a:b"},
                {"", "/dev", "/dev/", "/srv/x", "fuse", "char-pts", "/dev/../x"}},
        {"allowedDevices.modifier", {"r", "w", "m", "rw", "rwm", "mwr"}, {"", "rwmr", "x", "R", "r w", "r\n"}},
        {"tmpfs", {"/var", "/var:size=1G", "/var:mode=0755,size=10%", "/var:", "/a b", "/a/./b"},
                {"", "/", "//", "/.", ":", "var", "/a/../b", "/..:size=1G", "/:size=1G", "/a\\:/../b", "/var:\n"}},
        {"timeoutStartSec",
                {"0", "90", "1min", "1min 30s", "1min30s", "1.5h", " 5 min ", "infinity", "100ms", "2h 3min 4sec", "1y",
                        "3M", "7us", "7µs", "2 weeks", "1day12hours"},
                {"", " ", "-1", "1 fortnight", "infinite", "min", "1min;", "5.", "1,5s", "1min\n", "%i", "0x5", "5 5x",
                        "1minn", "9999999999999999", "999999999999999y"}},
        {"resolvConf",
                {"auto", "off", "delete", "copy-host", "copy-static", "copy-uplink", "copy-stub", "replace-host",
                        "replace-static", "replace-uplink", "replace-stub", "bind-host", "bind-static", "bind-uplink",
                        "bind-stub"},
                {"", "false", "copy", "host", "copy-", "-host", "copy-hosts", "Off", "copy_host", "off ", "off\n"}},
        {"memoryMax",
                {"1", "1073741824", "512K", "512M", "1G", "1.5G", "0.5T", "0.001K", "7T", "8388607T", "50%", "0.01%",
                        "99.99%", "100%", "infinity"},
                {"", "0", "0K", "0%", "0.00%", "-1", "1.5", "1.5000G", "1.G", ".5G", "01G", "1g", "1GB", "1GiB", "1 G",
                        "1G512M", "100.01%", "101%", "1.001%", "01%", "%", "infinite", "Infinity", "8388608T",
                        "9999999999999999", "1G\n", "%i"}},
        {"cpuQuota", {"1%", "50%", "0.01%", "100%", "250.5%", "1600%", "100000%"},
                {"", "0%", "0.00%", "50", "-5%", "infinity", "1.001%", "050%", "50 %", "100000.01%", "50%%", "50%\n"}},
        {"tasksMax", {"1", "512", "50%", "100%", "infinity", "999999999999999"},
                {"", "0", "0%", "-1", "1K", "1.5", "01", "101%", "9999999999999999", "5 ", "5\n"}},
        {"systemCallFilter", {"bpf", "@keyring", "~bpf", "~@raw-io", "_sysctl", "pselect6"},
                {"", "~", "@", "~@", "~~bpf", "@@a", "BPF", "a b", "a-b", "@a_b", "@keyring @mount", "bpf:EPERM",
                        "bpf\n"}},
        {"restrictAddressFamilies", {"AF_INET", "AF_INET6", "~AF_PACKET", "AF_X25"},
                {"", "~", "AF_", "~AF_", "~~AF_INET", "AF_INET AF_INET6", "af_inet", "inet", "AF-INET", "AF_INET\n"}},
        {"credentials", {"a", "db.password", "a b", "A-1_%$\"'", "..."},
                {"", ".", "..", "a/b", "a:b", "a\\b", "\xc3\xa4", "a\n", "\x7f"}},
        {"credentials.path", {"/run/secrets/a", "/a b:c"}, {"", "a", "/a/../b"}},
        {"bindMounts.hostPathType", {"directory", "file", "socket", "device", "any"}, {"", "dir", "Directory", "fifo"}},
        {"bindMounts.hostPathMissing", {"create", "fail", "wait"}, {"", "created", "Fail", "ignore"}},
        {"onSecretChange", {"ignore", "reload", "restart"}, {"", "Restart", "none", "restart "}},
        {"bindMounts.hostPathMode", {"755", "0755", "1777", "02775", "000", "7777"},
                {"", "75", "0o755", "888", "10755", "007555", "u+x", "rwx", "755 ", "-755", "0755\n"}},
        {"bindMounts.hostPathUser", {"root", "www-data", "_x", "a.b", "A9", "0", "1000", "4294967294"},
                {"", "-a", ".a", "9a", "a b", "%i", "$a", "a:b", "a\n", "4294967295", "65535", "-1", "01",
                        "a23456789012345678901234567890123", "ä"}},
        {"extraVeths", {"lan0", "eth0"}, {"", "a:b", "sixteen-letters-", "..", "a b"}},
        {"bindMounts.idmap", {"idmap", "rootidmap", "owneridmap", "noidmap"},
                {"", "none", "idmap ", "norbind", "IDMAP"}},
        {"bindMounts", {"/a", "/", "/a b"}, {"", "a", "/a/.."}},
};

static const char *const container_names[] = {"web", "1", "a.b-c", "WEB", "a--b", N64};

static const char *const no_container_names[] = {"", N64 "n", "my_container", "-a", "a-", ".", "..", "a.", ".a", "a..b",
        "a.-b", "a-.b", "../../etc/passwd", "a/b", "a b", "a\nb", "%i", "$(reboot)", "a;b", "a@b", "wäb", "a\"", "a\\"};

/* All that a value can be, behind its mark. */
typedef union Value {
        Mark mark;
        Text text;
        Flag flag;
        Number number;
        AddressValue address;
} Value;

/* Finds "name" or "name.name". The type of a field that has named objects is that of the names. */
static const Field *find(const char *option) {
        const Field *fields = container_fields;

        for (;;) {
                size_t length = strcspn(option, ".");

                while (fields->name && (strlen(fields->name) != length || strncmp(fields->name, option, length) != 0))
                        fields++;
                if (!fields->name)
                        fail_msg("there is no option %s", option);
                if (option[length] == '\0')
                        return fields;
                fields = fields->fields;
                option += length + 1;
        }
}

static bool parse(Arena *arena, const ScalarType *type, const char *text, size_t length, bool plain, Value *ret_value) {
        *ret_value = (Value){0};
        assert_true(type->size <= sizeof(*ret_value));
        return scalar_parse(type, arena, text, length, plain, ret_value);
}

static void each_type_takes_its_own_texts_and_no_others(void **state) {
        Arena arena = ARENA_NULL;
        Value value;

        (void)state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                const ScalarType *type = find(cases[i].option)->type;

                for (const char *const *text = cases[i].accepted; *text; text++)
                        if (!parse(&arena, type, *text, strlen(*text), true, &value))
                                fail_msg("%s: \"%s\" is rejected", cases[i].option, *text);
                for (const char *const *text = cases[i].rejected; *text; text++)
                        if (parse(&arena, type, *text, strlen(*text), true, &value))
                                fail_msg("%s: \"%s\" is accepted", cases[i].option, *text);
        }
        arena_free(&arena);
}

static void no_type_takes_a_text_with_a_nul(void **state) {
        Arena arena = ARENA_NULL;
        Value value;

        (void)state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                const ScalarType *type = find(cases[i].option)->type;

                for (const char *const *text = cases[i].accepted; *text; text++) {
                        size_t length = strlen(*text);
                        char *with_nul = arena_alloc(&arena, length + 3);

                        memcpy(with_nul, *text, length);
                        with_nul[length + 1] = 'x';
                        /* YAML has them in quotes only. */
                        if (parse(&arena, type, with_nul, length + 2, false, &value))
                                fail_msg("%s: \"%s\\0x\" is accepted", cases[i].option, *text);
                        if (parse(&arena, type, with_nul, length + 1, false, &value))
                                fail_msg("%s: \"%s\\0\" is accepted", cases[i].option, *text);
                }
        }
        arena_free(&arena);
}

static void booleans_and_ports_are_written_without_quotes(void **state) {
        Arena arena = ARENA_NULL;
        Value value;

        (void)state;
        assert_false(parse(&arena, find("autoStart")->type, "true", 4, false, &value));
        assert_false(parse(&arena, find("forwardPorts.hostPort")->type, "80", 2, false, &value));
        assert_true(parse(&arena, find("timeoutStartSec")->type, "80", 2, false, &value));
        assert_true(parse(&arena, find("privateUsers")->type, "0", 1, false, &value));
        arena_free(&arena);
}

static void values_are_kept(void **state) {
        Arena arena = ARENA_NULL;
        char text[] = "a b";
        Value value;

        (void)state;
        assert_true(parse(&arena, find("autoStart")->type, "true", 4, true, &value));
        assert_true(value.flag.value);
        assert_true(parse(&arena, find("autoStart")->type, "false", 5, true, &value));
        assert_false(value.flag.value);
        assert_true(parse(&arena, find("forwardPorts.hostPort")->type, "65535", 5, true, &value));
        assert_int_equal(value.number.value, 65535);
        assert_true(parse(&arena, find("localAddress6")->type, "fd00::2/64", 10, true, &value));
        assert_int_equal(value.address.address.prefix, 64);
        assert_int_equal(value.address.address.family, AF_INET6);
        /* Texts are copied, as the parser's own are soon gone. */
        assert_true(parse(&arena, find("extraFlags")->type, text, 3, true, &value));
        memset(text, 'x', 3);
        assert_string_equal(value.text.text, "a b");
        arena_free(&arena);
}

static void paths_leave_out_what_says_nothing(void **state) {
        static const struct {
                const char *option, *text, *path;
        } paths[] = {
                {"system", "/", "/"},
                {"system", "///", "/"},
                {"system", "/.", "/"},
                {"system", "/a/", "/a"},
                {"system", "//a//b//", "/a/b"},
                {"system", "/./a/./b/.", "/a/b"},
                {"system", "/.a/b./...", "/.a/b./..."},
                {"bindMounts", "/a/", "/a"},
                {"allowedDevices.node", "//dev//fuse", "/dev/fuse"},
                {"devices", "/dev/./a/", "/dev/a"},
                /* systemd-nspawn(1) has an own syntax for these. */
                {"tmpfs", "//a/:size=1G", "//a/:size=1G"},
        };
        Arena arena = ARENA_NULL;
        Value value;

        (void)state;
        for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
                assert_true(
                        parse(&arena, find(paths[i].option)->type, paths[i].text, strlen(paths[i].text), true, &value));
                assert_string_equal(value.text.text, paths[i].path);
        }
        arena_free(&arena);
}

static void a_path_has_less_than_4096_bytes(void **state) {
        char path[4097];
        Arena arena = ARENA_NULL;
        Value value;

        (void)state;
        memset(path, 'a', sizeof(path));
        for (size_t i = 0; i < sizeof(path); i += 200)
                path[i] = '/';
        assert_true(parse(&arena, find("system")->type, arena_copy(&arena, path, 4095), 4095, true, &value));
        assert_false(parse(&arena, find("system")->type, arena_copy(&arena, path, 4096), 4096, true, &value));
        arena_free(&arena);
}

/* A message shows only the start of a text, of which the end is what is wrong. */
static void a_path_that_is_too_long_is_said_to_be_that(void **state) {
        static const char long_name[] = " 255 bytes";
        static const char long_path[] = " 4095 bytes";
        static const struct {
                const char *option, *start, *end;
                const char *of_name, *of_path;
        } texts[] = {
                {"system", "/nix/", "", long_name, long_path},
                {"bindMounts.hostPath", "/dev/", "", long_name, long_path},
                {"allowedDevices.node", "/dev/", "", long_name, long_path},
                {"allowedDevices.node", "char-", "", NULL, NULL},
                {"tmpfs", "/var/", ":size=1G", long_name, long_path},
                {"tmpfs", "/var:x=/", "", NULL, NULL},
        };
        char name[257] = "", path[4200] = "";

        (void)state;
        memset(name, 'a', sizeof(name) - 1);
        for (size_t i = 0; i < sizeof(path) - 1; i++)
                path[i] = i % 200 ? 'a' : '/';
        for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
                const char *const ends[] = {name, path, "a"};
                const char *const explained[] = {texts[i].of_name, texts[i].of_path, NULL};

                for (size_t j = 0; j < 3; j++) {
                        char text[5000];
                        int length = snprintf(text, sizeof(text), "%s%s%s", texts[i].start, ends[j], texts[i].end);
                        const char *said = find(texts[i].option)->type->explain(text, (size_t)length);

                        if (explained[j])
                                assert_non_null(strstr(said, explained[j]));
                        else
                                assert_null(said);
                }
        }
}

static void container_names_are_host_names(void **state) {
        Arena arena = ARENA_NULL;
        Value value;

        (void)state;
        for (size_t i = 0; i < sizeof(container_names) / sizeof(container_names[0]); i++)
                if (!parse(&arena, &container_name_type, container_names[i], strlen(container_names[i]), true, &value))
                        fail_msg("\"%s\" is rejected", container_names[i]);
        for (size_t i = 0; i < sizeof(no_container_names) / sizeof(no_container_names[0]); i++)
                if (parse(&arena, &container_name_type, no_container_names[i], strlen(no_container_names[i]), true,
                            &value))
                        fail_msg("\"%s\" is accepted", no_container_names[i]);
        arena_free(&arena);
}

static void check_fields(const Field *fields) {
        size_t length = 0;

        for (; fields->name; fields++, length++) {
                if (fields->type && strlen(fields->type->expected) == 0)
                        fail_msg("%s does not say what it expects", fields->name);
                if ((fields->kind == FIELD_SCALAR || fields->kind == FIELD_LIST || fields->kind == FIELD_NAMED) &&
                        !fields->type)
                        fail_msg("%s has no type", fields->name);
                if (fields->kind == FIELD_LIST && fields->size != fields->type->size)
                        fail_msg("%s has items of another size", fields->name);
                if ((fields->kind == FIELD_OBJECTS || fields->kind == FIELD_NAMED) &&
                        (!fields->fields || fields->size == 0))
                        fail_msg("%s has no fields", fields->name);
                if (fields->fields)
                        check_fields(fields->fields);
        }
        assert_true(length <= FIELDS_MAX);
}

static void each_field_has_what_its_kind_needs(void **state) {
        (void)state;
        check_fields(container_fields);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_type_takes_its_own_texts_and_no_others),
                cmocka_unit_test(no_type_takes_a_text_with_a_nul),
                cmocka_unit_test(booleans_and_ports_are_written_without_quotes),
                cmocka_unit_test(values_are_kept),
                cmocka_unit_test(paths_leave_out_what_says_nothing),
                cmocka_unit_test(a_path_has_less_than_4096_bytes),
                cmocka_unit_test(a_path_that_is_too_long_is_said_to_be_that),
                cmocka_unit_test(container_names_are_host_names),
                cmocka_unit_test(each_field_has_what_its_kind_needs),
        };

        return cmocka_run_group_tests_name("schema", tests, NULL, NULL);
}
