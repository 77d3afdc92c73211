/* SPDX-License-Identifier: MIT */
#include "manifest/order.h"

#include "systemd/unit-name.h"

#define UNIT_PREFIX "container@"
#define UNIT_SUFFIX ".service"

const char *order_container(Arena *arena, const char *text) {
        size_t prefix = strlen(UNIT_PREFIX), suffix = strlen(UNIT_SUFFIX), length = strlen(text);

        if (!unit_name_is_valid(text))
                return text;
        if (length <= prefix + suffix || strncmp(text, UNIT_PREFIX, prefix) != 0 ||
                strcmp(text + length - suffix, UNIT_SUFFIX) != 0)
                return NULL;
        return arena_copy(arena, text + prefix, length - prefix - suffix);
}

const char *order_unit(Arena *arena, const char *text) {
        return unit_name_is_valid(text) ? text : container_unit(arena, text);
}

/* A container that starts after others. */
typedef struct Node {
        Container *container;
        uint32_t next;         /* the item of its after that is followed next */
        uint32_t index, least; /* the place in which it was found, from 1 on, and the first that it leads back to */
        uint32_t group;        /* from 1 on, when all that it leads to is known */
        struct Node *before;   /* from which it was found, NULL where the search began */
} Node;

/* Tarjan's search for the groups of nodes that lead to each other: each node that leads to no such group is one by itself. A group is
 * complete when all are that it leads to, so their numbers are an order to start in. */
typedef struct Search {
        Manifest *manifest;
        NameTable nodes;
        Node **open; /* found, but in no group yet */
        size_t open_length;
        uint32_t found, groups;
} Search;

static Node *follow(Search *s, const Node *node, uint32_t i) {
        const Text *after = node->container->rare->after.items;
        const char *name = after[i].text ? order_container(s->manifest->arena, after[i].text) : NULL;

        return name ? name_table_find(&s->nodes, name) : NULL;
}

/* The most containers that a message names. */
#define SHOWN_MAX 10

/* "a, b and c" */
static const char *names_of(Arena *arena, Node *const members[], size_t length) {
        size_t shown = length <= SHOWN_MAX ? length : SHOWN_MAX;
        const char *text = "";

        /* cppcheck takes @length for what its callers begin to count with. */
        /* cppcheck-suppress knownConditionTrueFalse */
        for (size_t i = 0; i < shown; i++)
                text = arena_join(arena, text,
                        arena_join(arena,
                                i == 0            ? ""
                                : i + 1 == length ? " and "
                                                  : ", ",
                                members[i]->container->name.text));
        /* cppcheck-suppress knownConditionTrueFalse */
        return length > shown ? arena_printf(arena, "%s and %zu others", text, length - shown) : text;
}

/* Nodes stand in the order of their containers. */
static int compare_nodes(const void *a, const void *b) {
        const Node *left = *(Node *const *)a, *right = *(Node *const *)b;

        return (left > right) - (left < right);
}

static void report_cycle(Search *s, Node *members[], size_t length) {
        const char *names;

        qsort(members, length, sizeof(*members), compare_nodes);
        names = length > 1 ? names_of(s->manifest->arena, members, length) : NULL;
        for (size_t i = 0; i < length; i++) {
                Container *container = members[i]->container;
                const Text *after = container->rare->after.items;
                uint32_t item = 0;
                const Node *next;

                while (!(next = follow(s, members[i], item)) || next->group != members[i]->group)
                        item++;
                diagnose_container(s->manifest, SEVERITY_ERROR, container, &after[item].mark,
                        arena_printf(s->manifest->arena, "after[%u]", item),
                        names ? "ordering cycle between %s" : "ordering cycle: the container is ordered after itself",
                        names);
        }
}

static bool leads_to_itself(Search *s, const Node *node) {
        for (uint32_t i = 0; i < node->container->rare->after.length; i++)
                if (follow(s, node, i) == node)
                        return true;
        return false;
}

/* All that @node leads to is known, and it leads back to nothing before it: what was found since then is one group. */
static void complete_group(Search *s, const Node *node) {
        size_t first = s->open_length;

        s->groups++;
        do {
                s->open[--first]->group = s->groups;
                s->open[first]->container->rare->start_rank = s->groups;
        } while (s->open[first] != node);
        if (s->open_length - first > 1 || leads_to_itself(s, node))
                report_cycle(s, &s->open[first], s->open_length - first);
        s->open_length = first;
}

static Node *enter(Search *s, Node *node, Node *before) {
        node->index = node->least = ++s->found;
        node->before = before;
        return s->open[s->open_length++] = node;
}

static void lower(Node *node, uint32_t index) {
        if (index < node->least)
                node->least = index;
}

static void search_from(Search *s, Node *start) {
        for (Node *node = enter(s, start, NULL); node;) {
                if (node->next < node->container->rare->after.length) {
                        Node *next = follow(s, node, node->next++);

                        if (next && next->index == 0)
                                node = enter(s, next, node);
                        else if (next && next->group == 0)
                                lower(node, next->index);
                } else {
                        if (node->least == node->index)
                                complete_group(s, node);
                        if (node->before)
                                lower(node->before, node->least);
                        node = node->before;
                }
        }
}

static void find_cycles(Manifest *manifest) {
        Search search = {.manifest = manifest, .nodes = NAME_TABLE_NULL};
        size_t length = 0;
        Node *nodes;

        for (size_t i = 0; i < manifest->length; i++)
                length += manifest->containers[i]->rare->after.length > 0;
        if (length == 0)
                return;
        nodes = arena_alloc(manifest->arena, length * sizeof(*nodes));
        search.open = arena_alloc(manifest->arena, length * sizeof(*search.open));
        length = 0;
        for (size_t i = 0; i < manifest->length; i++) {
                Container *container = manifest->containers[i];

                if (container->is_duplicate || container->rare->after.length == 0)
                        continue;
                nodes[length].container = container;
                (void)name_table_add(&search.nodes, container->name.text, &nodes[length++]);
        }
        for (size_t i = 0; i < length; i++)
                if (nodes[i].index == 0)
                        search_from(&search, &nodes[i]);
        name_table_free(&search.nodes);
}

static void check_names(Manifest *manifest, Container *container, const List *list, const char *option) {
        Arena *arena = manifest->arena;
        const Text *items = list->items;

        for (uint32_t i = 0; i < list->length; i++) {
                const char *name = items[i].text ? order_container(arena, items[i].text) : NULL;

                if (name && !name_table_find(&manifest->names, name))
                        diagnose_container(manifest, SEVERITY_WARNING, container, &items[i].mark,
                                arena_printf(arena, "%s[%u]", option, i), "undeclared container %s", name);
        }
}

void order_check(Manifest *manifest) {
        for (size_t i = 0; i < manifest->length && !manifest->is_incomplete; i++) {
                Container *container = manifest->containers[i];

                check_names(manifest, container, &container->rare->after, "after");
                check_names(manifest, container, &container->rare->requires, "requires");
                check_names(manifest, container, &container->rare->wants, "wants");
        }
        find_cycles(manifest);
}
