/* SPDX-License-Identifier: MIT */
#include "manifest/scalars.h"

#include <ctype.h>
#include <sys/capability.h>

#include "base/json.h"
#include "base/number.h"
#include "base/text.h"
#include "base/words.h"
#include "systemd/escape.h"
#include "systemd/interface-name.h"
#include "systemd/mac-address.h"
#include "systemd/nspawn-arguments.h"
#include "systemd/time-span.h"
#include "systemd/unit-name.h"

/* The longest text, in bytes. Linux takes arguments of up to 128 KiB, and systemd lines of up to 1 MiB. */
#define TEXT_MAX 65535

/* The largest number of which anything is said: there is more of nothing, and it overflows nowhere. */
#define NUMBER_MAX UINT64_C(999999999999999)

#define SMALL_LETTERS "abcdefghijklmnopqrstuvwxyz"
#define LETTERS SMALL_LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

/* What every text must be: it ends up in unit files and argument lists, which cannot carry control characters, and systemd
 * refuses lines with noncharacters. */
static bool is_text(const char *text, size_t length) {
        if (length > TEXT_MAX)
                return false;
        for (size_t i = 0, size; i < length; i++) {
                unsigned char c = (unsigned char)text[i];

                if (c < ' ' || c == 0x7f)
                        return false;
                if (c < 0x80)
                        continue;
                if (utf8_is_noncharacter(utf8_decode(text + i, length - i, &size)))
                        return false;
                i += size - 1;
        }
        return true;
}

static bool keep_text(Arena *arena, const char *text, Text *value) {
        value->text = arena_copy(arena, text, strlen(text));
        return true;
}

bool scalar_parse(const ScalarType *type, Arena *arena, const char *text, size_t length, bool plain, void *value) {
        if (!is_text(text, length))
                return false;
        if (type->parse)
                return type->parse(type, arena, text, plain, value);
        return ((type->words && is_in_list(text, type->words)) || (type->is_valid && type->is_valid(text))) &&
               keep_text(arena, text, value);
}

static bool is_not_empty(const char *text) {
        return text[0] != '\0';
}

static bool parse_bool(const ScalarType *type, Arena *arena, const char *text, bool plain, void *value) {
        (void)type, (void)arena;
        ((Flag *)value)->value = strcmp(text, "true") == 0;
        return plain && (((Flag *)value)->value || strcmp(text, "false") == 0);
}

static bool parse_port(const ScalarType *type, Arena *arena, const char *text, bool plain, void *value) {
        uint64_t number;

        (void)type, (void)arena;
        if (!plain || !number_parse(text, 1, UINT16_MAX, &number))
                return false;
        ((Number *)value)->value = (uint32_t)number;
        return true;
}

/* PORT or FIRST-LAST. */
static bool parse_port_range(const ScalarType *type, Arena *arena, const char *text, bool plain, void *value) {
        const char *hyphen = strchr(text, '-');
        uint64_t first, last;

        (void)type;
        if (hyphen) {
                if (!number_parse(arena_copy(arena, text, (size_t)(hyphen - text)), 1, UINT16_MAX, &first) ||
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
static bool is_host_name(const char *text) {
        size_t length = strlen(text);

        if (length == 0 || length > 64)
                return false;
        for (size_t i = 0; i < length; i++) {
                bool first = i == 0 || text[i - 1] == '.', last = i + 1 == length || text[i + 1] == '.';

                if (!isalnum((unsigned char)text[i]) && (first || last || (text[i] != '-' && text[i] != '.')))
                        return false;
        }
        return true;
}

/* Writes the absolute path that the first @length bytes of @text are, which has no "..". What says nothing ("//", "/.", a slash at the end)
 * is left out. False if they are none. */
static bool normalize_path(const char *text, size_t length, char ret_path[static PATH_MAX]) {
        const char *text_end = text + length;
        char *end = ret_path;

        if (length == 0 || length >= PATH_MAX || text[0] != '/')
                return false;
        for (const char *part = text; part < text_end;) {
                size_t n;

                while (part < text_end && *part == '/')
                        part++;
                n = strcspn(part, "/");
                if (n > (size_t)(text_end - part))
                        n = (size_t)(text_end - part);
                if (n > NAME_MAX || (n == 2 && part[0] == '.' && part[1] == '.'))
                        return false;
                if (n > 0 && !(n == 1 && part[0] == '.')) {
                        *end++ = '/';
                        memcpy(end, part, n);
                        end += n;
                }
                part += n;
        }
        if (end == ret_path)
                *end++ = '/';
        *end = '\0';
        return true;
}

static bool parse_path(const ScalarType *type, Arena *arena, const char *text, bool plain, void *value) {
        char path[PATH_MAX];

        (void)type, (void)plain;
        return normalize_path(text, strlen(text), path) && keep_text(arena, path, value);
}

/* What Linux refuses for its length, of which a message shows only the start. */
static const char *explain_path(const char *text, size_t length) {
        if (length == 0 || text[0] != '/')
                return NULL;
        if (length >= PATH_MAX)
                return "is longer than 4095 bytes";
        for (size_t start = 0, end = 0; start < length; start = end + 1) {
                for (end = start; end < length && text[end] != '/';)
                        end++;
                if (end - start > NAME_MAX)
                        return "has a component longer than 255 bytes";
        }
        return NULL;
}

static bool parse_address(const ScalarType *type, Arena *arena, const char *text, bool plain, void *value) {
        Address *address = &((AddressValue *)value)->address;

        (void)arena, (void)plain;
        return address_parse(text, type->family, address) && (type->takes_prefix || !address->has_prefix);
}

/* HOST or HOST:INSIDE, see --network-interface= in systemd-nspawn(1). */
static bool is_interface(const char *text) {
        size_t length = interface_host_length(text);
        char host[IFNAMSIZ];

        if (length >= sizeof(host))
                return false;
        memcpy(host, text, length);
        host[length] = '\0';
        return interface_name_is_valid(host) && (text[length] == '\0' || interface_name_is_valid(text + length + 1));
}

/* The first of the user IDs of a container. */
static bool is_first_user(const char *text) {
        uint64_t number;

        return number_parse(text, 0, UINT32_MAX - USER_RANGE, &number) && number != UINT16_MAX;
}

static bool is_capability(const char *text) {
        cap_value_t capability;

        return text[strspn(text, LETTERS "_")] == '\0' && strncasecmp(text, "CAP_", 4) == 0 &&
               cap_from_name(text, &capability) == 0;
}

static bool parse_device_node(const ScalarType *type, Arena *arena, const char *text, bool plain, void *value) {
        const char *path;

        if (text_behind(text, "char-") || text_behind(text, "block-"))
                return !strpbrk(text, " \"'\\") && keep_text(arena, text, value);
        if (!parse_path(type, arena, text, plain, value))
                return false;
        path = ((Text *)value)->text;
        return text_behind(path, "/dev/") || text_behind(path, "/run/systemd/inaccessible/");
}

static bool parse_device_path(const ScalarType *type, Arena *arena, const char *text, bool plain, void *value) {
        return parse_path(type, arena, text, plain, value) && text_behind(((Text *)value)->text, "/dev/");
}

static bool is_device_modifier(const char *text) {
        size_t length = strlen(text);

        return length > 0 && length <= 3 && strspn(text, "rwm") == length;
}

/* PATH or PATH:OPTIONS, see --tmpfs= in systemd-nspawn(1): the length of the path. */
static size_t tmpfs_path_length(const char *text) {
        size_t length = 0;

        while (text[length] != '\0' && text[length] != ':')
                length += text[length] == '\\' && text[length + 1] != '\0' ? 2 : 1;
        return length;
}

static bool is_tmpfs(const char *text) {
        char path[PATH_MAX];

        return normalize_path(text, tmpfs_path_length(text), path) && strcmp(path, "/") != 0;
}

static const char *explain_tmpfs(const char *text, size_t length) {
        size_t path_length = tmpfs_path_length(text);

        return explain_path(text, path_length < length ? path_length : length);
}

static bool is_time_span(const char *text) {
        uint64_t usec;

        return time_span_parse(text, &usec);
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
        length = strspn(text, DIGITS);
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
               (whole < most || (whole == most && strspn(text, DIGITS) + 1 == strlen(text)));
}

/* As MemoryMax= in systemd.resource-control(5). */
static bool is_memory(const char *text) {
        static const char units[] = "KMGT";
        const char *rest, *unit;
        uint64_t whole;
        bool positive;

        if (is_percentage(text, 100))
                return true;
        if (!parse_decimal(text, 3, &whole, &rest, &positive) || !positive)
                return false;
        if (*rest == '\0')
                return rest == text + strspn(text, DIGITS);
        unit = strchr(units, *rest);
        return unit && rest[1] == '\0' && whole <= (uint64_t)INT64_MAX >> 10 * (unit - units + 1);
}

/* As CPUQuota= there. */
static bool is_cpu_quota(const char *text) {
        return is_percentage(text, 100000);
}

/* As TasksMax= there. */
static bool is_number_of_tasks(const char *text) {
        uint64_t number;

        return is_percentage(text, 100) || number_parse(text, 1, NUMBER_MAX, &number);
}

/* See --system-call-filter= in systemd-nspawn(1). */
/* AF_INET or ~AF_PACKET. systemd.exec(5), RestrictAddressFamilies= */
static bool is_address_family(const char *text) {
        static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
        const char *name = text_behind(text + (*text == '~'), "AF_");

        return name && *name && name[strspn(name, letters)] == '\0';
}

static bool is_system_call(const char *text) {
        const char *name = text + (text[0] == '~');
        bool group = name[0] == '@';

        name += group;
        return name[0] != '\0' &&
               name[strspn(name, group ? SMALL_LETTERS DIGITS "-" : SMALL_LETTERS DIGITS "_")] == '\0';
}

/* What systemd takes, src/shared/creds-util.c, credential_name_valid(), without what systemd-nspawn would take for an escape. */
static bool is_credential_id(const char *text) {
        for (const char *c = text; *c; c++)
                if ((unsigned char)*c >= 0x7f || strchr(":/\\", *c))
                        return false;
        return text[0] != '\0' && strlen(text) <= NAME_MAX && !is_one_of(text, ".", "..");
}

static bool is_mode(const char *text) {
        size_t length = strlen(text);

        return length >= 3 && length <= 5 && strspn(text, "01234567") == length && (length < 5 || text[0] == '0');
}

/* A user's or group's name or number. systemd, src/basic/user-util.c, valid_user_group_name() */
static bool is_user(const char *text) {
        size_t length = strlen(text);
        uint64_t number;

        if (number_parse(text, 0, UINT32_MAX - 1, &number))
                return number != UINT16_MAX; /* not an ID: -1 in 16 bits */
        return length > 0 && length <= 31 && strspn(text, LETTERS DIGITS "_-.") == length &&
               !strchr("-." DIGITS, text[0]);
}

/* See order.h for what it is then. */
static bool is_unit(const char *text) {
        return unit_name_is_valid(text) || is_host_name(text);
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

#define TEXT(says, ...)                                                                                                \
        { .expected = says, .size = sizeof(Text), .format = format_text, __VA_ARGS__ }
#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define ADDRESS(says, ...)                                                                                             \
        {                                                                                                              \
                .expected = says, .size = sizeof(AddressValue), .format = format_address, .parse = parse_address,      \
                __VA_ARGS__                                                                                            \
        }
const ScalarType container_name_type = TEXT("a valid container name (up to 64 letters, digits, \"-\" and \".\", "
                                            "starting and ending with a letter or digit)",
        .is_valid = is_host_name);
const ScalarType bool_type = {"a boolean (true or false)", sizeof(Flag), .parse = parse_bool, .format = format_flag};
const ScalarType text_type = TEXT("a single-line string (1 to 65535 bytes)", .is_valid = is_not_empty);
const ScalarType port_type = {"a port (1 to 65535)", sizeof(Number), .parse = parse_port, .format = format_number};
const ScalarType port_range_type = {"a port or port range (1 to 65535, e.g. 8080 or 8000-8010, at most 1000 ports)",
        sizeof(PortRange), .parse = parse_port_range, .format = format_port_range};
const ScalarType absolute_path_type =
        TEXT("an absolute path (without \"..\" and control characters)", .parse = parse_path, .explain = explain_path);
const ScalarType ipv4_type = ADDRESS("an IPv4 address (e.g. 192.168.100.10, without prefix length)", .family = AF_INET);
const ScalarType ipv4_prefix_type =
        ADDRESS("an IPv4 address (e.g. 192.168.100.11 or 192.168.100.11/24)", .family = AF_INET, .takes_prefix = true);
const ScalarType ipv6_type = ADDRESS("an IPv6 address (e.g. fc00::1, without prefix length)", .family = AF_INET6);
const ScalarType ipv6_prefix_type =
        ADDRESS("an IPv6 address (e.g. fc00::2 or fc00::2/64)", .family = AF_INET6, .takes_prefix = true);
const ScalarType ip_address_type =
        ADDRESS("an IPv4 or IPv6 address (e.g. 192.0.2.1 or 2001:db8::1, without prefix length)", .family = AF_UNSPEC);
const ScalarType mac_address_type =
        TEXT("a unicast MAC address (e.g. 02:00:00:00:00:01)", .is_valid = mac_address_is_valid);
const ScalarType interface_name_type =
        TEXT("a network interface name (1 to 15 letters, digits and \"._-+=@~\")", .is_valid = interface_name_is_valid);
const ScalarType interface_type = TEXT("a network interface name or HOST:CONTAINER pair of names (1 to 15 letters, "
                                       "digits and \"._-+=@~\" each, also for "
                                       "alternative names)",
        .is_valid = is_interface);
const ScalarType protocol_type = TEXT("a protocol (tcp or udp)", .words = WORDS("tcp", "udp"));
const ScalarType private_users_type =
        TEXT("a user namespace mode (no, identity, pick, or the first user ID of the range)",
                .words = WORDS("no", "identity", "pick"), .is_valid = is_first_user);
const ScalarType capability_type =
        TEXT("a capability (e.g. CAP_NET_ADMIN, or all)", .words = WORDS("all"), .is_valid = is_capability);
const ScalarType device_node_type =
        TEXT("a device (a path below /dev, or char-NAME or block-NAME with a name from /proc/devices)",
                .parse = parse_device_node, .explain = explain_path);
const ScalarType device_path_type =
        TEXT("the path of a device below /dev", .parse = parse_device_path, .explain = explain_path);
const ScalarType device_modifier_type =
        TEXT("a device access mode (one to three of r, w and m)", .is_valid = is_device_modifier);
const ScalarType resolv_conf_type = TEXT(
        "a resolv.conf mode (auto, off, delete, or copy-, replace- or bind- followed by host, static, uplink or stub)",
        .words = WORDS("auto", "off", "delete", "copy-host", "copy-static", "copy-uplink", "copy-stub", "replace-host",
                "replace-static", "replace-uplink", "replace-stub", "bind-host", "bind-static", "bind-uplink",
                "bind-stub"));
const ScalarType tmpfs_type = TEXT("an absolute path, optionally followed by \":\" and mount options",
        .is_valid = is_tmpfs, .explain = explain_tmpfs);
const ScalarType time_span_type = TEXT("a time span (e.g. 90, 1min or infinity)", .is_valid = is_time_span);
const ScalarType memory_type =
        TEXT("a memory size (bytes, optionally with suffix K, M, G or T; a percentage up to 100%; or infinity)",
                .words = WORDS("infinity"), .is_valid = is_memory);
const ScalarType cpu_quota_type =
        TEXT("a CPU quota (a percentage of one CPU, e.g. 50% or 200%)", .is_valid = is_cpu_quota);
const ScalarType tasks_type = TEXT("a task limit (at least 1, a percentage up to 100%, or infinity)",
        .words = WORDS("infinity"), .is_valid = is_number_of_tasks);
const ScalarType address_family_type =
        TEXT("a socket address family (e.g. AF_INET, or with prefix \"~\" to deny it)", .is_valid = is_address_family);
const ScalarType system_call_type = TEXT(
        "a system call or group (e.g. mount or @mount, or with prefix \"~\" to deny it)", .is_valid = is_system_call);
const ScalarType unit_type = TEXT("a container or unit name (e.g. web or network-online.target)", .is_valid = is_unit);
const ScalarType credential_id_type =
        TEXT("a credential name (an ASCII file name without \":\" and \"\\\")", .is_valid = is_credential_id);
const ScalarType mode_type = TEXT("an octal access mode (e.g. \"0755\")", .is_valid = is_mode);
const ScalarType host_path_type = TEXT("a type (directory, file, socket, device or any)",
        .words = WORDS("directory", "file", "socket", "device", "any"));
const ScalarType host_path_missing_type =
        TEXT("what to do with a missing host path (create, fail or wait)", .words = WORDS("create", "fail", "wait"));
const ScalarType secret_change_type = TEXT("what to do when a secret has changed (ignore, reload or restart)",
        .words = WORDS("ignore", "reload", "restart"));
const ScalarType idmap_type = TEXT("an ID mapping mode (idmap, rootidmap, owneridmap or noidmap)",
        .words = WORDS("idmap", "rootidmap", "owneridmap", "noidmap"));
const ScalarType user_type = TEXT("a user or group (name or ID)", .is_valid = is_user);

bool is_container_name(const char *name) {
        return is_text(name, strlen(name)) && is_host_name(name);
}
