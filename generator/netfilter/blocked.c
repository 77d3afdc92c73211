/* SPDX-License-Identifier: MIT */
#include "netfilter/blocked.h"

#include <arpa/inet.h>
#include <linux/fib_rules.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "base/address.h"
#include "base/file.h"
#include "base/lines.h"
#include "base/words.h"
#include "netfilter/verdict.h"
#include "state/format.h"
#include "systemd/log.h"

/* The table of firewalld, see its src/firewall/core/nftables.py. */
#define FIREWALLD "firewalld"

/* Where Docker keeps rules of users, in front of its own. docs.docker.com, "Packet filtering and firewalls" */
#define DOCKER_USER "DOCKER-USER"

/* An address elsewhere, for documentation (RFC 5737, RFC 3849): which interface leads there. */
static const uint8_t elsewhere4[4] = {192, 0, 2, 1}, elsewhere6[16] = {0x20, 0x01, 0x0d, 0xb8};

typedef enum TrafficKind { TRAFFIC_INTERNET, TRAFFIC_FORWARD, TRAFFIC_BRIDGE } TrafficKind;

/* What a container is to send or receive. */
typedef struct Traffic {
        TrafficKind kind;
        const char *link, *uplink; /* the latter "" if it is not known; between ports of a bridge, both are that */
        Address address;           /* of the container; on a bridge, only its family is known */
        uint8_t protocol;
        uint16_t port;
} Traffic;

/* A place at which some of it is dropped. */
typedef struct Finding {
        struct Finding *next;
        Traffic traffic;
        const Chain *base, *by;
        bool by_policy;
        size_t counts[2]; /* how much, by the family's place in families */
        Buffer ports;     /* "80/tcp\n…" of what is forwarded */
} Finding;

typedef struct Search {
        Ruleset *ruleset;
        const char *container;
        Traffic asked[2]; /* of each family, what an uplink was asked for last: most is of one link and address */
        size_t counts[2]; /* of what is forwarded */
        Finding *findings;
} Search;

static const struct {
        uint8_t family;
        const char *iptables;
        /* Whether chains see what is between ports of any bridge, or of one; kernel documentation ip-sysctl, ip-link(8). */
        const char *bridges, *bridge;
} families[2] = {
        {NFPROTO_IPV4, "iptables", "/proc/sys/net/bridge/bridge-nf-call-iptables", "nf_call_iptables"},
        {NFPROTO_IPV6, "ip6tables", "/proc/sys/net/bridge/bridge-nf-call-ip6tables", "nf_call_ip6tables"},
};

/* What rules of routes ask for that is not known of packets. */
typedef struct Selectors {
        Buffer marks; /* uint32_t */
        bool others;
} Selectors;

static int read_route(const struct nlmsghdr *message, void *userdata) {
        const size_t head = NLMSG_LENGTH(sizeof(struct rtmsg));
        const struct nlattr *index;

        if (message->nlmsg_type != RTM_NEWROUTE || message->nlmsg_len < head)
                return 0;
        index = netlink_attribute((const char *)message + head, message->nlmsg_len - head, RTA_OIF);
        if (index && index->nla_len == sizeof(*index) + sizeof(unsigned))
                memcpy(userdata, index + 1, sizeof(unsigned));
        return 0;
}

/* Asks where packets from @address that come from the interface @from leave the host: for all that the kernel knows when they come, as
 * routes may depend on where from. Returns 0 if nothing leads there. */
static unsigned find_route(int fd, unsigned from, const Address *address, const void *mark) {
        CLEANUP_BUFFER Buffer request = BUFFER_NULL;
        const struct rtmsg route = {.rtm_family = (unsigned char)address->family};
        size_t start = netlink_begin_message(&request, RTM_GETROUTE, NLM_F_ACK);
        bool is_ipv4 = address->family == AF_INET;
        size_t size = is_ipv4 ? sizeof(elsewhere4) : sizeof(elsewhere6);
        unsigned index = 0;

        buffer_append(&request, (const char *)&route, sizeof(route));
        netlink_add_attribute(&request, RTA_DST, is_ipv4 ? elsewhere4 : elsewhere6, size);
        netlink_add_attribute(&request, RTA_SRC, &address->in, size);
        netlink_add_attribute(&request, RTA_IIF, &from, sizeof(from));
        if (mark)
                netlink_add_attribute(&request, RTA_MARK, mark, sizeof(uint32_t));
        netlink_end_message(&request, start);
        return netlink_dump(fd, &request, read_route, &index) < 0 ? 0 : index;
}

static int read_selectors(const struct nlmsghdr *message, void *userdata) {
        static const unsigned others[] = {FRA_IP_PROTO, FRA_SPORT_RANGE, FRA_DPORT_RANGE};
        const size_t head = NLMSG_LENGTH(sizeof(struct fib_rule_hdr));
        const char *attributes = (const char *)message + head;
        Selectors *selectors = userdata;
        const struct nlattr *mark;

        if (message->nlmsg_type != RTM_NEWRULE || message->nlmsg_len < head)
                return 0;
        mark = netlink_attribute(attributes, message->nlmsg_len - head, FRA_FWMARK);
        if (mark && mark->nla_len == sizeof(*mark) + sizeof(uint32_t))
                buffer_append(&selectors->marks, (const char *)(mark + 1), sizeof(uint32_t));
        selectors->others |= ((const struct fib_rule_hdr *)NLMSG_DATA(message))->tos != 0;
        for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
                selectors->others |= netlink_attribute(attributes, message->nlmsg_len - head, others[i]) != NULL;
        return 0;
}

/* Whether packets leave through the interface @uplink whatever other rules mark them with, and whatever else is in them. ip-rule(8) */
static bool is_only_uplink(int fd, unsigned from, const Address *address, unsigned uplink) {
        CLEANUP_BUFFER Buffer request = BUFFER_NULL;
        const struct fib_rule_hdr rule = {.family = (unsigned char)address->family};
        size_t start = netlink_begin_message(&request, RTM_GETRULE, NLM_F_DUMP);
        Selectors selectors = {0};
        bool is_only;

        buffer_append(&request, (const char *)&rule, sizeof(rule));
        netlink_end_message(&request, start);
        is_only = netlink_dump(fd, &request, read_selectors, &selectors) >= 0 && !selectors.others;
        for (size_t i = 0; i < selectors.marks.length && is_only; i += sizeof(uint32_t))
                is_only = find_route(fd, from, address, selectors.marks.text + i) == uplink;
        buffer_free(&selectors.marks);
        return is_only;
}

/* The name of the interface that packets of a container leave the host through, "" if there is not one for all of them. */
static const char *find_uplink(Arena *arena, const char *link, const Address *address) {
        CLEANUP_CLOSE int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
        unsigned from = if_nametoindex(link), uplink;
        char name[IFNAMSIZ];

        if (fd < 0 || from == 0 || (uplink = find_route(fd, from, address, NULL)) == 0 ||
                !is_only_uplink(fd, from, address, uplink) || !if_indextoname(uplink, name))
                return "";
        return arena_copy(arena, name, strlen(name));
}

/* What to write, in the words of who has made the table. Rules that allow the traffic come first there, with answers to it. */
static const char *advice(Search *search, const Traffic *traffic, const Chain *base, const char *iptables) {
        static const struct {
                const char *firewalld, *iptables, *nft;
        } texts[] = {
                [TRAFFIC_INTERNET] = {"Run: firewall-cmd --permanent --new-zone=containers; "
                                      "firewall-cmd --permanent --zone=containers --add-interface=%s; "
                                      "firewall-cmd --permanent --new-policy=containers-out; "
                                      "firewall-cmd --permanent --policy=containers-out "
                                      "--add-ingress-zone=containers; "
                                      "firewall-cmd --permanent --policy=containers-out --add-egress-zone=ANY; "
                                      "firewall-cmd --permanent --policy=containers-out --set-target=ACCEPT; "
                                      "firewall-cmd --reload",
                        "Run: %1$s -I %2$s -i %3$s -j ACCEPT; "
                        "%1$s -I %2$s -o %3$s -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT",
                        "Write at the beginning of chain %1$s: iifname \"%2$s\" accept; "
                        "oifname \"%2$s\" ct state { established, related } accept"},
                [TRAFFIC_FORWARD] = {"Set StrictForwardPorts=no in /etc/firewalld/firewalld.conf and run: firewall-cmd "
                                     "--reload",
                        "Run: %1$s -I %2$s -o %3$s -m conntrack --ctstate DNAT -j ACCEPT; "
                        "%1$s -I %2$s -i %3$s -m conntrack --ctstate DNAT -j ACCEPT",
                        "Write at the beginning of chain %1$s: oifname \"%2$s\" ct status dnat accept; "
                        "iifname \"%2$s\" ct status dnat accept"},
                [TRAFFIC_BRIDGE] = {"Run: sysctl net.bridge.bridge-nf-call-iptables=0 "
                                    "net.bridge.bridge-nf-call-ip6tables=0",
                        "Run: %1$s -I %2$s -i %3$s -o %3$s -j ACCEPT",
                        "Write at the beginning of chain %1$s: iifname \"%2$s\" oifname \"%2$s\" accept"},
        };
        Arena *arena = &search->ruleset->arena;

        if (strcmp(base->table, FIREWALLD) == 0)
                return arena_printf(arena, texts[traffic->kind].firewalld, traffic->link);
        if (base->family != NFPROTO_INET && is_one_of(base->table, "filter", "mangle", "security") &&
                strcmp(base->name, "FORWARD") == 0) {
                const char *chain = ruleset_chain(search->ruleset, base, DOCKER_USER) ? DOCKER_USER : base->name;

                if (strcmp(base->table, "filter") != 0)
                        iptables = arena_printf(arena, "%s -t %s", iptables, base->table);
                return arena_printf(arena, texts[traffic->kind].iptables, iptables, chain, traffic->link);
        }
        return arena_printf(arena, texts[traffic->kind].nft, base->name, traffic->link);
}

/* The packet that opens such a connection, or the first answer to it, as they are forwarded. Its source is only exchanged after that, for
 * certain where there is no other way back. */
static Packet make_packet(const Traffic *traffic, int family, bool is_reply) {
        bool to_container = (traffic->kind == TRAFFIC_FORWARD) != is_reply, is_routed = traffic->kind != TRAFFIC_BRIDGE;
        bool is_masqueraded = traffic->kind == TRAFFIC_INTERNET && family == 0;
        Packet packet = {
                .family = families[family].family,
                .is_from_container = is_routed && !to_container,
                .is_to_container = is_routed && to_container,
                .protocol = traffic->protocol,
                .state = NF_CT_STATE_BIT(is_reply ? IP_CT_ESTABLISHED : IP_CT_NEW),
                .status = (traffic->kind == TRAFFIC_FORWARD ? IPS_DST_NAT : 0) |
                          (is_reply ? IPS_SEEN_REPLY | IPS_CONFIRMED | (is_masqueraded ? IPS_SRC_NAT : 0) : 0),
                .known_status = IPS_EXPECTED | IPS_SEEN_REPLY | IPS_ASSURED | IPS_CONFIRMED | IPS_DST_NAT | IPS_DYING |
                                (is_reply && !is_masqueraded ? 0 : IPS_SRC_NAT),
                .is_reply = is_reply,
        };

        strncpy(to_container ? packet.out : packet.in, traffic->link, IFNAMSIZ - 1);
        strncpy(to_container ? packet.in : packet.out, traffic->uplink, IFNAMSIZ - 1);
        if (is_routed)
                *(to_container ? &packet.destination : &packet.source) = &traffic->address.in;
        if (traffic->kind == TRAFFIC_FORWARD)
                *(to_container ? &packet.destination_port : &packet.source_port) = traffic->port;
        return packet;
}

static bool is_others(const Chain *chain) {
        return chain->filters_forwarded && strcmp(chain->table, FORWARDS_TABLE_NAME) != 0;
}

/* One for all that is dropped at one place, however many ports it is to, and for both families. */
static Finding *add_finding(
        Search *search, const Traffic *traffic, const Chain *base, const Chain *by, bool by_policy) {
        Finding **end = &search->findings, *f;

        for (; (f = *end); end = &f->next)
                if (f->base == base && f->by == by && f->by_policy == by_policy && f->traffic.kind == traffic->kind &&
                        strcmp(f->traffic.link, traffic->link) == 0 && strcmp(f->traffic.uplink, traffic->uplink) == 0)
                        return f;
        f = *end = arena_alloc(&search->ruleset->arena, sizeof(*f));
        *f = (Finding){.traffic = *traffic, .base = base, .by = by, .by_policy = by_policy};
        return f;
}

static void add_port(Finding *finding, const Traffic *traffic) {
        char text[16];

        (void)snprintf(
                text, sizeof(text), "%u/%s", ntohs(traffic->port), traffic->protocol == IPPROTO_UDP ? "udp" : "tcp");
        if (has_line(&finding->ports, text, strlen(text)))
                return;
        buffer_append_text(&finding->ports, text);
        buffer_append_text(&finding->ports, "\n");
}

static const char *uplink_of(Search *search, const Traffic *traffic, int family) {
        Traffic *asked = &search->asked[family];
        size_t size = family == 0 ? sizeof(elsewhere4) : sizeof(elsewhere6);

        if (asked->link && strcmp(asked->link, traffic->link) == 0 &&
                memcmp(&asked->address.in, &traffic->address.in, size) == 0)
                return asked->uplink;
        *asked = *traffic;
        asked->uplink = find_uplink(&search->ruleset->arena, traffic->link, &traffic->address);
        return asked->uplink;
}

static void check(Search *search, Traffic *traffic) {
        int family = traffic->address.family == AF_INET ? 0 : 1;

        traffic->uplink = traffic->kind == TRAFFIC_BRIDGE ? traffic->link : uplink_of(search, traffic, family);
        search->counts[family] += traffic->kind == TRAFFIC_FORWARD;
        for (Chain *chain = search->ruleset->chains; chain; chain = chain->next) {
                bool is_dropped = false, by_policy;
                const Chain *by;

                if (!is_others(chain) || (chain->family != NFPROTO_INET && chain->family != families[family].family))
                        continue;
                for (int is_reply = 0; is_reply < 2 && !is_dropped; is_reply++) {
                        Packet packet = make_packet(traffic, family, is_reply);

                        is_dropped = chain_drops(search->ruleset, chain, &packet, &by, &by_policy);
                }
                if (is_dropped) {
                        Finding *finding = add_finding(search, traffic, chain, by, by_policy);

                        finding->counts[family]++;
                        if (traffic->kind == TRAFFIC_FORWARD)
                                add_port(finding, traffic);
                }
        }
}

/* "what is forwarded to it (80/tcp, 53/udp) from other machines through eth0": not all that is forwarded may be dropped, and not all
 * machines are there. */
static const char *describe(const Search *search, const Finding *f) {
        Arena *arena = &search->ruleset->arena;
        const char *ports = "", *separator = " (";
        bool is_part = false;

        if (f->traffic.kind == TRAFFIC_INTERNET)
                return "its internet access";
        if (f->traffic.kind == TRAFFIC_BRIDGE)
                return arena_printf(arena, "what it sends to other ports of bridge %s", f->traffic.link);
        for (int i = 0; i < 2; i++)
                is_part |= f->counts[i] > 0 && f->counts[i] < search->counts[i];
        for_each_line(line, end, &f->ports) {
                ports = arena_printf(arena, "%s%s%.*s", ports, separator, (int)(end - line), line);
                separator = ", ";
        }
        return arena_printf(arena, "what is forwarded to it%s%s from other machines%s%s", is_part ? ports : "",
                is_part ? ")" : "", f->traffic.uplink[0] ? " through " : "", f->traffic.uplink);
}

static void add_message(Search *search, const Finding *f, Buffer *messages) {
        static const char *const tables[] = {[NFPROTO_INET] = "inet", [NFPROTO_IPV4] = "ip", [NFPROTO_IPV6] = "ip6"};
        const char *over = f->counts[0] == 0 ? " over IPv6" : f->counts[1] == 0 ? " over IPv4" : "";

        buffer_append_text(messages,
                arena_printf(&search->ruleset->arena,
                        "Container %s: %s%s is blocked by %s chain %s of the nftables table %s %s. %s\n",
                        search->container, describe(search, f), over, f->by_policy ? "the policy of" : "a rule in",
                        f->by->name, tables[f->by->family], f->by->table,
                        advice(search, &f->traffic, f->base, families[f->counts[0] == 0].iptables)));
}

/* Of a link with internetAccess: the addresses that there are routes to. */
static void check_internet(Search *search, const char *link, const Buffer *network) {
        for_each_line(line, end, network) {
                const char *text = line_behind(line, end, ROUTE_ADD);
                const char *device =
                        text ? memmem(text, (size_t)(end - text), ROUTE_DEVICE, strlen(ROUTE_DEVICE)) : NULL;
                const char *name = device ? device + strlen(ROUTE_DEVICE) : NULL;
                Traffic traffic = {.link = link, .protocol = IPPROTO_TCP};

                if (name && (size_t)(end - name) == strlen(link) && memcmp(name, link, strlen(link)) == 0 &&
                        address_parse(arena_copy(&search->ruleset->arena, text, (size_t)(device - text)), AF_UNSPEC,
                                &traffic.address))
                        check(search, &traffic);
        }
}

static bool is_on(const char *path) {
        char value[2];

        return read_file_start(path, value, sizeof(value)) > 0 && value[0] == '1';
}

/* Of a link that is a port of a bridge, while chains see what passes that. */
static void check_bridge(Search *search, const char *text, const char *end) {
        const char *bridge = memmem(text, (size_t)(end - text), LINK_MASTER, strlen(LINK_MASTER));
        Arena *arena = &search->ruleset->arena;

        if (!bridge)
                return;
        bridge += strlen(LINK_MASTER);
        bridge = arena_copy(arena, bridge, (size_t)(end - bridge));
        for (int i = 0; i < 2; i++) {
                Traffic traffic = {.kind = TRAFFIC_BRIDGE, .link = bridge, .protocol = IPPROTO_TCP};

                if (!is_on(families[i].bridges) &&
                        !is_on(arena_printf(arena, "/sys/class/net/%s/bridge/%s", bridge, families[i].bridge)))
                        continue;
                traffic.address.family = i == 0 ? AF_INET : AF_INET6;
                check(search, &traffic);
        }
}

/* The words of an element from @text on, without its punctuation: at most @size of them. Returns how many. */
static size_t take_words(Arena *arena, const char *text, const char *end, const char *words[], size_t size) {
        const char *rest = arena_copy(arena, text, (size_t)(end - text)), *word;
        size_t length = 0;

        while (length < size && (word = take_word(arena, &rest)))
                if (!is_one_of(word, ".", ":", "{", "}"))
                        words[length++] = word;
        return length;
}

/* The link that an address is behind: "hairpins4 { "LINK" . ADDRESS . "LINK" }". */
static const char *link_of(Arena *arena, const Buffer *script, const char *address) {
        for_each_line(line, end, script) {
                const char *text = line_behind(line, end, ELEMENT_HAIRPIN), *words[4];

                if (text && take_words(arena, text, end, words, 4) == 4 && strcmp(words[2], address) == 0 &&
                        words[1][0] == '"')
                        return arena_copy(arena, words[1] + 1, strcspn(words[1] + 1, "\""));
        }
        return NULL;
}

/* "open4 { tcp . 80 : 10.0.0.2 . 80 }" or "open4at { 192.0.2.1 . tcp . 80 : …", from behind "open" on. */
static void check_forward(Search *search, const char *text, const char *end, const Buffer *script) {
        Arena *arena = &search->ruleset->arena;
        const char *target = memmem(text, (size_t)(end - text), ELEMENT_TARGET, strlen(ELEMENT_TARGET)), *words[2];
        bool is_udp = memmem(text, (size_t)(end - text), ELEMENT_UDP, strlen(ELEMENT_UDP)) != NULL;
        Traffic traffic = {.kind = TRAFFIC_FORWARD, .protocol = is_udp ? IPPROTO_UDP : IPPROTO_TCP};

        if (!target || take_words(arena, target, end, words, 2) != 2 ||
                !address_parse(words[0], AF_UNSPEC, &traffic.address) ||
                !(traffic.link = link_of(arena, script, words[0])))
                return;
        traffic.port = htons((uint16_t)strtoul(words[1], NULL, 10));
        check(search, &traffic);
}

bool blocked_may_be(const Ruleset *ruleset) {
        for (const Chain *chain = ruleset->chains; chain; chain = chain->next)
                if (is_others(chain))
                        return true;
        return false;
}

void blocked_find(
        Ruleset *ruleset, const char *container, const Buffer *network, const Buffer *script, Buffer *messages) {
        Search search = {.ruleset = ruleset, .container = container};

        if (!blocked_may_be(ruleset))
                return;
        for_each_line(line, end, script) {
                const char *open = line_behind(line, end, ELEMENT_OPEN);
                const char *link = line_behind(line, end, ELEMENT_INTERNET);
                const char *quote = link ? memchr(link, '"', (size_t)(end - link)) : NULL;

                if (open)
                        check_forward(&search, open, end, script);
                else if (quote)
                        check_internet(&search, arena_copy(&ruleset->arena, link, (size_t)(quote - link)), network);
        }
        for_each_line(line, end, network) {
                const char *link = line_behind(line, end, LINK_SET);

                if (link)
                        check_bridge(&search, link, end);
        }
        for (Finding *f = search.findings; f; f = f->next) {
                add_message(&search, f, messages);
                buffer_free(&f->ports);
        }
}

size_t blocked_log(const Buffer *messages, const Buffer *logged) {
        size_t count = 0;

        for_each_line(line, end, messages) {
                if (has_line(logged, line, (size_t)(end - line)))
                        continue;
                log_message(LOG_WARNING, "%.*s", (int)(end - line), line);
                count++;
        }
        return count;
}

void blocked_warn(const char *container, const Buffer *network, const Buffer *script) {
        CLEANUP_RULESET Ruleset ruleset = RULESET_NULL;
        CLEANUP_BUFFER Buffer messages = BUFFER_NULL;
        bool is_bridged =
                network->length > 0 && memmem(network->text, network->length, LINK_MASTER, strlen(LINK_MASTER));

        if ((script->length == 0 && !is_bridged) || ruleset_read(&ruleset) < 0)
                return;
        blocked_find(&ruleset, container, network, script, &messages);
        (void)blocked_log(&messages, &BUFFER_NULL);
}
