/* SPDX-License-Identifier: MIT */
#include "manifest/events.h"

static bool is_ascii(const unsigned char *bytes, size_t length) {
        uint64_t all = 0, eight;
        size_t i = 0;

        for (; i + sizeof(eight) <= length; i += sizeof(eight)) {
                memcpy(&eight, bytes + i, sizeof(eight));
                all |= eight;
        }
        for (; i < length; i++)
                all |= bytes[i];
        return (all & UINT64_C(0x8080808080808080)) == 0;
}

static int read_bytes(void *userdata, unsigned char *buffer, size_t size, size_t *ret_size) {
        Events *e = userdata;
        ssize_t n;

        if (size > e->left)
                size = e->left;
        do
                n = read(e->fd, buffer, size);
        while (n < 0 && errno == EINTR);
        if (n < 0) {
                e->error = errno;
                return 0;
        }
        e->is_ascii = e->is_ascii && is_ascii(buffer, (size_t)n);
        e->left -= (size_t)n;
        *ret_size = (size_t)n;
        return 1;
}

static Mark mark_of(const yaml_mark_t *mark) {
        return (Mark){.line = (uint32_t)mark->line + 1, .column = (uint32_t)mark->column + 1};
}

/* libyaml does not count it as a character. */
static void skip_byte_order_mark(Events *e) {
        char start[3];

        if (!e->is_ascii && pread(e->fd, start, sizeof(start), 0) == sizeof(start) &&
                memcmp(start, "\xef\xbb\xbf", sizeof(start)) == 0)
                e->known_offset = sizeof(start);
}

int events_init(Events *events, int fd, size_t size) {
        *events = (Events){.fd = fd, .left = size, .is_ascii = true};
        if (!yaml_parser_initialize(&events->parser)) {
                events->failed = true;
                return -(events->error = ENOMEM);
        }
        yaml_parser_set_input(&events->parser, read_bytes, events);
        return 0;
}

void events_free(Events *events) {
        yaml_event_delete(&events->event);
        yaml_parser_delete(&events->parser);
}

void events_give_up(Events *events) {
        yaml_event_delete(&events->event);
        events->event.type = YAML_NO_EVENT;
        events->failed = true;
}

bool events_next(Events *events) {
        yaml_event_t *event = &events->event;

        yaml_event_delete(event);
        if (!yaml_parser_parse(&events->parser, event)) {
                event->type = YAML_NO_EVENT;
                events->failed = true;
                if (events->parser.error == YAML_MEMORY_ERROR)
                        events->error = ENOMEM;
                return false;
        }
        if (event->type == YAML_STREAM_START_EVENT)
                skip_byte_order_mark(events);
        else if (event->type == YAML_SCALAR_EVENT && event->end_mark.index - event->start_mark.index > SIMPLE_KEY_MAX)
                events->long_scalar_end = event->end_mark.index;
        return true;
}

/* The place of the byte at @offset of the file, which libyaml reads ahead of what it parses. */
static Mark mark_of_offset(const Events *e, size_t offset) {
        Mark mark = {1, 1};
        char buffer[4096];
        ssize_t n;

        for (size_t done = 0; done < offset; done += (size_t)n) {
                n = pread(e->fd, buffer, offset - done < sizeof(buffer) ? offset - done : sizeof(buffer), (off_t)done);
                if (n <= 0)
                        break;
                for (ssize_t i = 0; i < n; i++)
                        if (buffer[i] == '\n')
                                mark = (Mark){mark.line + 1, 1};
                        else if (((unsigned char)buffer[i] & 0xc0) != 0x80)
                                mark.column++;
        }
        return mark;
}

const char *events_problem(Events *e, Arena *arena, Mark *ret_mark) {
        const yaml_parser_t *p = &e->parser;
        const char *problem = p->problem ? p->problem : "invalid YAML";

        *ret_mark = mark_of(&p->mark);
        if (e->error != 0)
                return arena_printf(arena, "failed to read the file: %s", strerror(e->error));
        if (p->error == YAML_READER_ERROR) {
                *ret_mark = mark_of_offset(e, p->problem_offset);
                return p->problem_value >= 0 ? arena_printf(arena, "%s: 0x%02x", problem, (unsigned)p->problem_value)
                                             : problem;
        }
        *ret_mark = mark_of(&p->problem_mark);
        if (e->long_scalar_end > 0 && p->problem_mark.index == e->long_scalar_end)
                return arena_printf(
                        arena, "key longer than %i characters (YAML requires \"? \" before it)", SIMPLE_KEY_MAX);
        return p->context ? arena_printf(arena, "%s: %s", p->context, problem) : problem;
}

Mark events_mark(const Events *events) {
        return mark_of(&events->event.start_mark);
}

bool events_is_null(const Events *events) {
        const yaml_event_t *event = &events->event;
        const char *text;

        if (event->type != YAML_SCALAR_EVENT || event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
                return false;
        text = (const char *)event->data.scalar.value;
        return strcmp(text, "") == 0 || strcmp(text, "~") == 0 || strcmp(text, "null") == 0;
}

size_t events_offset(Events *e, size_t index) {
        unsigned char buffer[4096];
        ssize_t n;

        if (e->is_ascii)
                return index;
        while (e->known_index <= index && (n = pread(e->fd, buffer, sizeof(buffer), (off_t)e->known_offset)) > 0) {
                ssize_t i = 0;

                for (; i < n; i++)
                        /* A byte that starts a character. */
                        if ((buffer[i] & 0xc0) != 0x80 && e->known_index++ == index) {
                                e->known_index = index;
                                e->known_offset += (size_t)i;
                                return e->known_offset;
                        }
                e->known_offset += (size_t)n;
        }
        return e->known_offset;
}
