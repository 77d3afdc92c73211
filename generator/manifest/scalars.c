/* SPDX-License-Identifier: MIT */
#include "manifest/scalars.h"

#include <ctype.h>
#include <sys/capability.h>

#include "base/json.h"
#include "base/number.h"
#include "base/text.h"
#include "systemd/escape.h"
#include "systemd/interface-name.h"
#include "systemd/mac-address.h"
#include "systemd/nspawn-arguments.h"
#include "systemd/unit-name.h"

/* The longest text, in bytes. Linux takes arguments of up to 128 KiB, and systemd lines of up to 1 MiB. */
#define TEXT_MAX 65535

/* The largest number of which anything is said: there is more of nothing, and it overflows nowhere. */
#define NUMBER_MAX UINT64_C(999999999999999)

/* What every text must be: it ends up in unit files and argument lists, which cannot carry control characters, and systemd
 * refuses lines with noncharacters. */
static bool keep_text(Arena *arena, const char *text, size_t length, Text *value) {
        if (length > TEXT_MAX)
                return false;
        for (size_t i = 0, size = 1; i < length; i += size) {
                size = 1;
                if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
                        return false;
                if ((unsigned char)text[i] >= 0x80 && utf8_is_noncharacter(utf8_decode(text + i, length - i, &size)))
                        return false;
        }
        value->text = arena_copy(arena, text, length);
        return true;
}

static bool parse_text(Arena *arena, const char *text, size_t length, bool plain, void *value) {
        (void)plain;
        return length > 0 && keep_text(arena, text, length, value);
}

static bool parse_bool(Arena *arena, const char *text, size_t length, bool plain, void *value) {
        (void)arena, (void)length;
        ((Flag *)value)->value = strcmp(text, "true") == 0;
        return plain && (((Flag *)value)->value || strcmp(text, "false") == 0);
}

static bool parse_port(Arena *arena, const char *text, size_t length, bool plain, void *value) {
        uint64_t number;

        (void)arena, (void)length;
        if (!plain || !number_parse(text, 1, UINT16_MAX, &number))
                return false;
        ((Number *)value)->value = (uint32_t)number;
        return true;
}

/* PORT or FIRST-LAST. */
static bool parse_port_range(Arena *arena, const char *text, size_t length, bool plain, void *value) {
        const char *hyphen = memchr(text, '-', length);
        uint64_t first, last;

        if (hyphen) {
                if (strlen(text) != length ||
                        !number_parse(arena_copy(arena, text, (size_t)(hyphen - text)), 1, UINT16_MAX, &first) ||
                        !number_parse(hyphen + 1, first, UINT16_MAX, &last) || last - first >= PORT_RANGE_MAX)
                        return false;
        } else {
                if (!plain || !number_parse(text, 1, UINT16_MAX, &first))
                        return false;
                last = first;
        }
        ((PortRange *)value)->first = (uint32_t)first;
        ((PortRange *)value)->last = (uint32_t)last;
        return true;
}

/* Whether @text is a host name as systemd's hostname_is_valid() has it, which machined demands of machines' names. */
static bool host_name_is_valid(const char *text, size_t length) {
        if (length == 0 || length > 64)
                return false;
        for (size_t i = 0; i < length; i++) {
                bool first = i == 0 || text[i - 1] == '.', last = i + 1 == length || text[i + 1] == '.';

                if (!isalnum((unsigned char)text[i]) && (first || last || (text[i] != '-' && text[i] != '.')))
                        return false;
        }
        return true;
}

static bool parse_container_name(Arena *arena, const char *text, size_t length, bool plain, void *value) {
        (void)plain;
        return keep_text(arena, text, length, value) && host_name_is_valid(text, length);
}

/* An absolute path without "..". What says nothing ("//", "/.", a slash at the end) is left out. */
static bool parse_absolute_path(Arena *arena, const char *text, size_t length, bool plain, void *value) {
        Text *path = value;
        char *end, *copy;

        (void)plain;
        if (length == 0 || length >= PATH_MAX || text[0] != '/' || !keep_text(arena, text, length, path))
                return false;
        end = copy = (char *)path->text;
        for (const char *part = text; part < text + length;) {
                size_t n;

                while (part < text + length && *part == '/')
                        part++;
                n = strcspn(part, "/");
                if (n > (size_t)(text + length - part))
                        n = (size_t)(text + length - part);
                if (n > NAME_MAX || (n == 2 && part[0] == '.' && part[1] == '.'))
                        return false;
                if (n > 0 && !(n == 1 && part[0] == '.')) {
                        *end++ = '/';
                        memcpy(end, part, n);
                        end += n;
                }
                part += n;
        }
        if (end == copy)
                *end++ = '/';
        *end = '\0';
        return true;
}

/* What Linux refuses for its length, of which a message shows only the start. */
static const char *explain_path(const char *text, size_t length) {
        if (length == 0 || text[0] != '/')
                return NULL;
        if (length >= PATH_MAX)
                return "is not an absolute path of at most 4095 bytes";
        for (const char *name = text; name < text + length; name += strcspn(name, "/") + 1)
                if (strcspn(name, "/") > NAME_MAX)
                        return "is not an absolute path with names of at most 255 bytes";
        return NULL;
}

static bool parse_address_of(int family, bool with_prefix, const char *text, size_t length, void *value) {
        AddressValue *address = value;

        return strlen(text) == length && address_parse(text, family, &address->address) &&
               (with_prefix || !address->address.has_prefix);
}

static bool parse_ipv4(Arena *arena, const char *text, size_t length, bool plain, void *value) {
        (void)arena, (void)plain;
        return parse_address_of(AF_INET, false, text, length, value);
}

static bool parse_ipv4_prefix(Arena *arena, const char *text, size_t length, bool plain, void *value) {
        (void)arena, (void)plain;
        return parse_address_of(AF_INET, true, text, length, value);
}

static bool parse_ipv6(Arena *arena, const char *text, size_t length, bool plain, void *value) {
        (void)arena, (void)plain;
        return parse_address_of(AF_INET6, false, text, length, value);
}

static bool parse_ipv6_prefix(Arena *arena, const char *text, size_t length, bool plain, void *value) {
        (void)arena, (void)plain;
        return parse_address_of(AF_INET6, true, text, length, value);
}

static bool parse_ip_address(Arena *arena, const char *text, size_t length, bool plain, void *value) {
        (void)arena, (void)plain;
        return parse_address_of(AF_UNSPEC, false, text, length, value);
}

static bool parse_mac_address(Arena *arena, const char *text, size_t length, bool plain, void *value) {
        (void)plain;
        return keep_text(arena, text, length, value) && mac_address_is_valid(((Text *)value)->text);
}

static bool parse_interface_name(Arena *arena, const char *text, size_t length, bool plain, void *value) {
        (void)plain;
        return keep_text(arena, text, length, value) && interface_name_is_valid(((Text *)value)->text);
}

/* HOST or HOST:INSIDE, see --network-interface= in systemd-nspawn(1). */
static bool parse_interface(Arena *arena, const char *text, size_t length, bool plain, void *value) {
        size_t host = interface_host_length(text);

        (void)plain;
        return keep_text(arena, text, length, value) && interface_name_is_valid(arena_copy(arena, text, host)) &&
               (text[host] == '\0' || interface_name_is_valid(text + host + 1));
}

static bool parse_protocol(Arena *arena, const char *text, size_t length, bool plain, void *value) {
        (void)plain;
        return (strcmp(text, "tcp") == 0 || strcmp(text, "udp") == 0) && keep_text(arena, text, length, value);
}

static bool parse_private_users(Arena *arena, const char *text, size_t length, bool plain, void *value) {
        uint64_t number;

        (void)plain;
        if (strcmp(text, "no") != 0 && strcmp(text, "identity") != 0 && strcmp(text, "pick") != 0 &&
                (!number_parse(text, 0, UINT32_MAX - USER_RANGE, &number) || number == UINT16_MAX))
                return false;
        return keep_text(arena, text, length, value);
}

static bool parse_capability(Arena *arena, const char *text, size_t length, bool plain, void *value) {
        static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
        cap_value_t capability;

        (void)plain;
        return strspn(text, letters) == length && keep_text(arena, text, length, value) &&
               (strcmp(text, "all") == 0 ||
                       (strncasecmp(text, "CAP_", 4) == 0 && cap_from_name(text, &capability) == 0));
}

static bool parse_device_node(Arena *arena, const char *text, size_t length, bool plain, void *value) {
        if (strncmp(text, "char-", 5) == 0 || strncmp(text, "block-", 6) == 0)
                return !strpbrk(text, " \"'\\") && keep_text(arena, text, length, value);
        return parse_absolute_path(arena, text, length, plain, value) &&
               (strncmp(((Text *)value)->text, "/dev/", 5) == 0 ||
                       strncmp(((Text *)value)->text, "/run/systemd/inaccessible/", 26) == 0);
}

static bool parse_device_modifier(Arena *arena, const char *text, size_t length, bool plain, void *value) {
        (void)plain;
        return length > 0 && length <= 3 && strspn(text, "rwm") == length && keep_text(arena, text, length, value);
}

/* See --resolv-conf= in systemd-nspawn(1). */
static bool parse_resolv_conf(Arena *arena, const char *text, size_t length, bool plain, void *value) {
        static const char *const modes[] = {"auto", "off", "delete", "copy-host", "copy-static", "copy-uplink",
                "copy-stub", "replace-host", "replace-static", "replace-uplink", "replace-stub", "bind-host",
                "bind-static", "bind-uplink", "bind-stub"};

        (void)plain;
        for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
                if (strcmp(text, modes[i]) == 0)
                        return keep_text(arena, text, length, value);
        return false;
}

/* PATH or PATH:OPTIONS, see --tmpfs= in systemd-nspawn(1). */
static bool parse_tmpfs(Arena *arena, const char *text, size_t length, bool plain, void *value) {
        size_t path_length = 0;
        Text path = {0};

        while (path_length < length && text[path_length] != ':')
                path_length += text[path_length] == '\\' && path_length + 1 < length ? 2 : 1;
        return parse_absolute_path(arena, text, path_length, plain, &path) && strcmp(path.text, "/") != 0 &&
               keep_text(arena, text, length, value);
}

/* The unit of time that @text starts with, in µs, and its length: seconds if there is none. systemd.time(7) */
static uint64_t time_unit(const char *text, size_t *ret_length) {
        static const struct {
                const char *name;
                uint64_t usec;
        } units[] = {
                {"usec", 1},
                {"us", 1},
                {"µs", 1},
                {"msec", 1000},
                {"ms", 1000},
                {"seconds", 1000000},
                {"second", 1000000},
                {"sec", 1000000},
                {"s", 1000000},
                {"minutes", 60000000},
                {"minute", 60000000},
                {"min", 60000000},
                {"months", 2629800000000},
                {"month", 2629800000000},
                {"M", 2629800000000},
                {"m", 60000000},
                {"hours", 3600000000},
                {"hour", 3600000000},
                {"hr", 3600000000},
                {"h", 3600000000},
                {"days", 86400000000},
                {"day", 86400000000},
                {"d", 86400000000},
                {"weeks", 604800000000},
                {"week", 604800000000},
                {"w", 604800000000},
                {"years", 31557600000000},
                {"year", 31557600000000},
                {"y", 31557600000000},
        };
        uint64_t usec = 1000000;

        *ret_length = 0;
        for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
                size_t length = strlen(units[i].name);

                if (length > *ret_length && strncmp(text, units[i].name, length) == 0) {
                        *ret_length = length;
                        usec = units[i].usec;
                }
        }
        return usec;
}

/* A number of seconds, or numbers with units, or "infinity": see systemd.time(7). */
static bool parse_time_span(Arena *arena, const char *text, size_t length, bool plain, void *value) {
        const char *rest = text;
        uint64_t left = UINT64_MAX - 1; /* µs that do not overflow yet */

        (void)plain;
        if (!keep_text(arena, text, length, value))
                return false;
        if (strcmp(text, "infinity") == 0)
                return true;
        do {
                uint64_t number, usec;
                size_t digits, unit;

                rest += strspn(rest, " ");
                digits = number_scan(rest, NUMBER_MAX, &number);
                if (digits == 0)
                        return false;
                rest += digits;
                if (rest[0] == '.' && isdigit((unsigned char)rest[1])) {
                        rest += 1 + strspn(rest + 1, "0123456789");
                        number++;
                }
                rest += strspn(rest, " ");
                usec = time_unit(rest, &unit);
                if (number > left / usec)
                        return false;
                left -= number * usec;
                rest += unit;
                rest += strspn(rest, " ");
        } while (*rest);
        return true;
}

/* Digits, the first of which is no 0 unless it is alone, and up to @decimals behind a point. Gives the whole part, what follows, and
 * whether it is more than 0. */
static bool parse_decimal(
        const char *text, size_t decimals, uint64_t *ret_whole, const char **ret_rest, bool *ret_positive) {
        size_t length = number_scan(text, NUMBER_MAX, ret_whole);

        if (length == 0 || (length > 1 && text[0] == '0'))
                return false;
        *ret_positive = *ret_whole > 0;
        *ret_rest = text + length;
        if (text[length] != '.')
                return true;
        text += length + 1;
        length = strspn(text, "0123456789");
        *ret_positive = *ret_positive || strspn(text, "0") < length;
        *ret_rest = text + length;
        return length > 0 && length <= decimals;
}

/* More than 0%, and as fine as systemd has it. */
static bool is_percentage(const char *text, uint64_t most) {
        const char *rest;
        uint64_t whole;
        bool positive;

        return parse_decimal(text, 2, &whole, &rest, &positive) && positive && strcmp(rest, "%") == 0 &&
               (whole < most || (whole == most && strspn(text, "0123456789") + 1 == strlen(text)));
}

/* As MemoryMax= in systemd.resource-control(5). */
static bool parse_memory(Arena *arena, const char *text, size_t length, bool plain, void *value) {
        static const char units[] = "KMGT";
        const char *rest, *unit;
        uint64_t whole;
        bool positive;

        (void)plain;
        if (!keep_text(arena, text, length, value))
                return false;
        if (strcmp(text, "infinity") == 0 || is_percentage(text, 100))
                return true;
        if (!parse_decimal(text, 3, &whole, &rest, &positive) || !positive)
                return false;
        if (*rest == '\0')
                return rest == text + strspn(text, "0123456789");
        unit = strchr(units, *rest);
        return unit && rest[1] == '\0' && whole <= (uint64_t)INT64_MAX >> 10 * (unit - units + 1);
}

/* As CPUQuota= there. */
static bool parse_cpu_quota(Arena *arena, const char *text, size_t length, bool plain, void *value) {
        (void)plain;
        return keep_text(arena, text, length, value) && is_percentage(text, 100000);
}

/* As TasksMax= there. */
static bool parse_tasks(Arena *arena, const char *text, size_t length, bool plain, void *value) {
        uint64_t number;

        (void)plain;
        return keep_text(arena, text, length, value) && (strcmp(text, "infinity") == 0 || is_percentage(text, 100) ||
                                                                number_parse(text, 1, NUMBER_MAX, &number));
}

/* See --system-call-filter= in systemd-nspawn(1). */
static bool parse_system_call(Arena *arena, const char *text, size_t length, bool plain, void *value) {
        const char *name = text + (text[0] == '~');
        bool group = name[0] == '@';

        (void)plain;
        name += group;
        return keep_text(arena, text, length, value) && name[0] != '\0' &&
               name[strspn(name, group ? "abcdefghijklmnopqrstuvwxyz0123456789-"
                                       : "abcdefghijklmnopqrstuvwxyz0123456789_")] == '\0';
}

/* What systemd takes, src/shared/creds-util.c, credential_name_valid(), without what systemd-nspawn would take for an escape. */
static bool parse_credential_id(Arena *arena, const char *text, size_t length, bool plain, void *value) {
        (void)plain;
        for (size_t i = 0; i < length; i++)
                if ((unsigned char)text[i] >= 0x7f || strchr(":/\\", text[i]))
                        return false;
        return length > 0 && length <= NAME_MAX && strcmp(text, ".") != 0 && strcmp(text, "..") != 0 &&
               keep_text(arena, text, length, value);
}

static bool parse_mode(Arena *arena, const char *text, size_t length, bool plain, void *value) {
        (void)plain;
        return length >= 3 && length <= 5 && strspn(text, "01234567") == length && (length < 5 || text[0] == '0') &&
               keep_text(arena, text, length, value);
}

/* A user's or group's name or number. systemd, src/basic/user-util.c, valid_user_group_name() */
static bool parse_user(Arena *arena, const char *text, size_t length, bool plain, void *value) {
        static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
        uint64_t number;

        (void)plain;
        if (!keep_text(arena, text, length, value))
                return false;
        if (number_parse(text, 0, UINT32_MAX - 1, &number))
                return number != UINT16_MAX; /* not an ID: -1 in 16 bits */
        return (length > 0 && length <= 31 && strspn(text, allowed) == length && text[0] != '-' && text[0] != '.' &&
                !isdigit((unsigned char)text[0]));
}

/* See order.h for what it is then. */
static bool parse_unit(Arena *arena, const char *text, size_t length, bool plain, void *value) {
        (void)plain;
        return strlen(text) == length && (unit_name_is_valid(text) || host_name_is_valid(text, length)) &&
               keep_text(arena, text, length, value);
}

/* See --bind= in systemd-nspawn(1). */
static bool parse_idmap(Arena *arena, const char *text, size_t length, bool plain, void *value) {
        (void)plain;
        return (strcmp(text, "idmap") == 0 || strcmp(text, "rootidmap") == 0 || strcmp(text, "owneridmap") == 0 ||
                       strcmp(text, "noidmap") == 0) &&
               keep_text(arena, text, length, value);
}

static const char *format_text(Arena *arena, const void *value) {
        return json_quote(arena, ((const Text *)value)->text);
}

static const char *format_flag(Arena *arena, const void *value) {
        (void)arena;
        return ((const Flag *)value)->value ? "true" : "false";
}

static const char *format_number(Arena *arena, const void *value) {
        return arena_number(arena, ((const Number *)value)->value);
}

static const char *format_port_range(Arena *arena, const void *value) {
        const PortRange *range = value;

        return range->first == range->last ? arena_number(arena, range->first)
                                           : arena_printf(arena, "\"%u-%u\"", range->first, range->last);
}

static const char *format_address(Arena *arena, const void *value) {
        const Address *address = &((const AddressValue *)value)->address;
        char shown[ADDRESS_SIZE];

        address_format(address, shown);
        if (address->prefix == (address->family == AF_INET ? 32 : 128))
                return arena_printf(arena, "\"%s\"", shown);
        return arena_printf(arena, "\"%s/%u\"", shown, address->prefix);
}

const ScalarType container_name_type = {
        .expected = "a container's name, which is a host name: up to 64 letters, digits, \"-\" and \".\", the first "
                    "and last of "
                    "them a letter or digit",
        .size = sizeof(Text),
        .parse = parse_container_name,
        .format = format_text,
};

const ScalarType bool_type = {"true or false", sizeof(Flag), parse_bool, format_flag, NULL};
const ScalarType text_type = {
        "a text of one line and of up to 65535 bytes", sizeof(Text), parse_text, format_text, NULL};
const ScalarType port_type = {"a port: a number from 1 to 65535", sizeof(Number), parse_port, format_number, NULL};
const ScalarType port_range_type = {
        "a port, such as 8080, or up to 1000 of them, such as 8000-8010: numbers from 1 to 65535", sizeof(PortRange),
        parse_port_range, format_port_range, NULL};
const ScalarType absolute_path_type = {"an absolute path without \"..\" and control characters", sizeof(Text),
        parse_absolute_path, format_text, explain_path};
const ScalarType ipv4_type = {"an IPv4 address without a prefix length, such as 192.168.100.10", sizeof(AddressValue),
        parse_ipv4, format_address, NULL};
const ScalarType ipv4_prefix_type = {"an IPv4 address, such as 192.168.100.11 or 192.168.100.11/24",
        sizeof(AddressValue), parse_ipv4_prefix, format_address, NULL};
const ScalarType ipv6_type = {"an IPv6 address without a prefix length, such as fc00::1", sizeof(AddressValue),
        parse_ipv6, format_address, NULL};
const ScalarType ipv6_prefix_type = {"an IPv6 address, such as fc00::2 or fc00::2/64", sizeof(AddressValue),
        parse_ipv6_prefix, format_address, NULL};
const ScalarType ip_address_type = {"an IPv4 or IPv6 address without a prefix length, such as 192.0.2.1 or 2001:db8::1",
        sizeof(AddressValue), parse_ip_address, format_address, NULL};
const ScalarType mac_address_type = {"the MAC address of an interface, such as 02:00:00:00:00:01", sizeof(Text),
        parse_mac_address, format_text, NULL};
const ScalarType interface_name_type = {"the name of a network interface: 1 to 15 letters, digits and \"._-+=@~\"",
        sizeof(Text), parse_interface_name, format_text, NULL};
const ScalarType interface_type = {
        "the name of a network interface: 1 to 15 letters, digits and \"._-+=@~\"; or two, with \":\" between them",
        sizeof(Text), parse_interface, format_text, NULL};
const ScalarType protocol_type = {"tcp or udp", sizeof(Text), parse_protocol, format_text, NULL};
const ScalarType private_users_type = {
        "no, identity, pick or the first of the user IDs to use", sizeof(Text), parse_private_users, format_text, NULL};
const ScalarType capability_type = {
        "a capability, such as CAP_NET_ADMIN, or all", sizeof(Text), parse_capability, format_text, NULL};
const ScalarType device_node_type = {"a device: a path below /dev, or char- or block- and a name from /proc/devices",
        sizeof(Text), parse_device_node, format_text, NULL};
const ScalarType device_modifier_type = {
        "one to three of the letters r, w and m", sizeof(Text), parse_device_modifier, format_text, NULL};
const ScalarType resolv_conf_type = {
        "auto, off, delete, or one of copy-, replace- and bind- with one of host, static, uplink and stub behind it",
        sizeof(Text), parse_resolv_conf, format_text, NULL};
const ScalarType tmpfs_type = {
        "an absolute path, or one with options behind a colon", sizeof(Text), parse_tmpfs, format_text, NULL};
const ScalarType time_span_type = {
        "a time span, such as 90, 1min or infinity", sizeof(Text), parse_time_span, format_text, NULL};
const ScalarType memory_type = {
        "a number of bytes, which may have K, M, G or T behind it, a percentage up to 100%, or infinity", sizeof(Text),
        parse_memory, format_text, NULL};
const ScalarType cpu_quota_type = {
        "a percentage of one CPU, such as 50% or 200%", sizeof(Text), parse_cpu_quota, format_text, NULL};
const ScalarType tasks_type = {"a number of tasks from 1 on, a percentage up to 100%, or infinity", sizeof(Text),
        parse_tasks, format_text, NULL};
const ScalarType system_call_type = {"a system call or, with \"@\" in front, a group of them; \"~\" before "
                                     "either forbids it",
        sizeof(Text), parse_system_call, format_text, NULL};
const ScalarType unit_type = {"the name of a container, or of a unit, such as network-online.target", sizeof(Text),
        parse_unit, format_text, NULL};
const ScalarType credential_id_type = {"the name of a credential: a file name in ASCII without \":\" and \"\\\"",
        sizeof(Text), parse_credential_id, format_text, NULL};
const ScalarType mode_type = {
        "an access mode of octal digits, such as \"0755\"", sizeof(Text), parse_mode, format_text, NULL};
const ScalarType idmap_type = {"idmap, rootidmap, owneridmap or noidmap", sizeof(Text), parse_idmap, format_text, NULL};
const ScalarType user_type = {"the name or number of a user or group", sizeof(Text), parse_user, format_text, NULL};

bool is_container_name(const char *name) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        Text text = {0};

        return container_name_type.parse(&arena, name, strlen(name), true, &text);
}
