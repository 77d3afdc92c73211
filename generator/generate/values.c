/* SPDX-License-Identifier: MIT */
#include "generate/generator.h"
#include "manifest/closures.h"
#include "manifest/order.h"
#include "manifest/sources.h"
#include "manifest/written.h"
#include "state/profile.h"
#include "systemd/escape.h"

void start_container(Generator *g, const Container *container) {
        arena_reset(&g->scratch);
        for (size_t i = FIRST_OF_CONTAINER; i < PLACEHOLDERS_LENGTH; i++)
                g->values[i].length = 0;
        add(g, NAME, container->name.text);
        add(g, MANIFEST, container->file);
        add(g, LINE, number_text(g, container->name.mark.line));
}

/* The unit that waits runs nothing if all is there. Of a path whose end would be lost in a line, it finds out itself: "/" is there. */
static void add_awaited(Generator *g, const char *path) {
        bool is_whole = !strchr(" \\", path[strlen(path) - 1]);

        add_row(g, AWAITED, path, is_whole ? join(g, "!", path) : "/");
}

/* What is at the host path, or is made there. */
static void add_source(Generator *g, const Container *container, const BindMount *mount) {
        const char *source = mount->host_path.text, *missing = source_missing(mount), *mode = source_mode(mount);
        const char *user = mount->host_path_user.text, *group = mount->host_path_group.text;

        add_row(g, SOURCE_TYPE, mount->host_path_type.text, missing, "bindMounts", source);
        if (strcmp(missing, "wait") == 0)
                add_awaited(g, source);
        if (strcmp(missing, "create") != 0)
                return;
        if (written_leads_to(container, source))
                add_row(g, source_is_file(mount) ? MADE_FILE_MODE : MADE_MODE, mode, user, group, source);
        else
                add_row(g, source_is_file(mount) ? HOST_FILE : HOST_PATH, source, mode, user, group);
}

static void add_bind_mounts(Generator *g, const Container *container) {
        for_each_item(BindMount, mount, &container->bind_mounts) {
                const char *source = mount->host_path.text;
                const char *idmap = bind_mount_idmap(container, mount);
                bool writable = !mount->is_read_only.value;

                add_row(g, writable ? BIND : BIND_RO, escape_bind_path(&g->scratch, source),
                        escape_bind_path(&g->scratch, mount->mount_point.text), idmap ? join(g, ":", idmap) : "");
                add(g, REQUIRED_PATH, source);
                add_source(g, container, mount);
        }
}

/* systemd-nspawn binds what a link of udev leads to, and DeviceAllow= follows it too. No device has its owners mapped: devtmpfs cannot. */
static void add_devices(Generator *g, const Container *container) {
        for_each_item(Text, device, &container->rare->devices) {
                add(g, DEVICE_BIND, escape_bind_path(&g->scratch, device->text));
                add_row(g, DEVICE_ALLOW, device->text, "rwm");
                add_row(g, SOURCE_TYPE, "device", "wait", "devices", device->text);
                add_awaited(g, device->text);
        }
}

static void add_texts(Generator *g, PlaceholderNumber placeholder, const List *list) {
        for_each_item(Text, item, list)
                add(g, placeholder, item->text);
}

/* Settings with a percentage expand no specifiers, so their sign stands in the template, where it is not doubled. */
static void add_limit(Generator *g, const Text *limit, PlaceholderNumber number, PlaceholderNumber percent) {
        size_t length = limit->text ? strlen(limit->text) : 0;

        if (length > 0 && limit->text[length - 1] == '%')
                add(g, percent, arena_copy(&g->scratch, limit->text, length - 1));
        else if (length > 0)
                add(g, number, limit->text);
}

static void add_order(Generator *g, PlaceholderNumber placeholder, const List *units) {
        for_each_item(Text, unit, units)
                add(g, placeholder, order_unit(&g->scratch, unit->text));
}

/* What can write the root directories of others starts after them, where these do not start after it. */
static void add_order_of_roots(Generator *g, const Container *container) {
        for (size_t i = 0; i < g->manifest->length && container->writes_roots; i++) {
                const Container *other = g->manifest->containers[i];

                if (!other->broken && !other->writes_roots && other->rare->start_rank <= container->rare->start_rank &&
                        written_root(container, other))
                        add(g, AFTER, order_unit(&g->scratch, other->name.text));
        }
}

/* systemd-nspawn reads the files itself, so that their content is nowhere else. */
static void add_credentials(Generator *g, const Container *container) {
        for_each_item(Credential, credential, &container->rare->credentials) {
                add_row(g, CREDENTIAL, credential->id.text, credential->path.text);
                add(g, REQUIRED_PATH, credential->path.text);
        }
}

/* What a container sees of the host's Nix. With a closure that is no more than the paths in it, on an empty directory. */
static void add_store(Generator *g, const Container *container) {
        const RareOptions *rare = container->rare;
        if (!rare->closure.text) {
                add(g, STORE, STORE_DIRECTORY);
                add(g, NIX_STATE, "db");
                add(g, NIX_STATE, "daemon-socket");
                add(g, NIX_TREE, "profiles");
                add(g, NIX_TREE, "gcroots");
                add(g, WANTS, NIX_ROOTS_UNIT);
                g->any_keeps = true;
                return;
        }
        add(g, TMPFS, STORE_DIRECTORY ":mode=0755");
        for (uint32_t i = 0; i < rare->store_paths_length; i++)
                add(g, STORE, rare->store_paths[i]);
        if (!closure_has(container, CONTAINER_INIT_PATH) && is_in_store(CONTAINER_INIT_PATH))
                add(g, STORE, CONTAINER_INIT_PATH);
}

/* Where the container's name servers are from. By itself it follows the host: it sees a directory with a copy of the host's
 * resolv.conf that container-runtime keeps up to date (resolv-conf.h), and container-init makes /etc/resolv.conf a link to that. So
 * nothing has to be written into a container that runs, where links could lead a program of the host astray; and a system that puts
 * something else in the link's place has its own from then on. */
static void add_resolv_conf(Generator *g, const Container *container) {
        const RareOptions *rare = container->rare;

        add(g, RESOLV_CONF, rare->resolv_conf.text ? rare->resolv_conf.text : "off");
        /* The flag came before the option. */
        if (rare->resolv_conf.text || container_has_flag(container, "--resolv-conf"))
                return;
        add(g, HOST_RESOLV_CONF, container_has_own_loopback(container) ? RESOLV_CONF_UPLINK : RESOLV_CONF_HOST);
        add(g, INSIDE_RESOLV_CONF, RESOLV_CONF_INSIDE);
        add(g, WANTS, RESOLV_CONF_UNIT ".path");
        add(g, AFTER, RESOLV_CONF_UNIT ".path");
        g->any_follows = true;
}

static void add_permissions(Generator *g, const Container *container) {
        const RareOptions *rare = container->rare;
        bool shifted = container_has_shifted_users(container);

        add(g, PRIVATE_USERS, container->private_users.text);
        add(g, IDMAP, shifted ? ":idmap" : "");
        if (shifted && !container_has_flag(container, "--private-users-ownership"))
                /* "auto" would give a state directory to other users where its file system has no idmapped mounts. */
                add(g, PRIVATE_USERS_OWNERSHIP, container->ephemeral.value ? "auto" : "map");
        add_texts(g, CAPABILITY, &rare->additional_capabilities);
        add_texts(g, DROP_CAPABILITY, &rare->drop_capabilities);
        for (Switch i = 0; i < SWITCHES_LENGTH; i++)
                if (rare->switches[i].value)
                        add(g, (PlaceholderNumber)((unsigned)FIRST_SWITCH + (unsigned)i), "yes");
        add_texts(g, SYSTEM_CALL_FILTER, &rare->system_call_filter);
        add_texts(g, ADDRESS_FAMILIES, &rare->address_families);
        /* All, which is not the default of all versions. */
        if (rare->address_families.length == 0)
                add(g, ADDRESS_FAMILIES, "");
        for_each_item(Device, device, &rare->allowed_devices)
                add_row(g, DEVICE_ALLOW, device->node.text, device->modifier.text);
        if (container->enable_tun.value)
                add(g, CAPABILITY, "CAP_NET_ADMIN");
        /* In a user namespace systemd-nspawn binds the host's /dev/net/tun, as it cannot make the node there. */
        if (container->enable_tun.value || (shifted && container_has_own_network(container)))
                add_row(g, DEVICE_ALLOW, "/dev/net/tun", "rwm");
}

void add_container(Generator *g, const Container *container) {
        const RareOptions *rare = container->rare;
        const char *name = container->name.text, *profile, *below;

        add(g, SYSTEM, container->system.text);
        if ((profile = profile_of(&g->scratch, name, container->system.text, &below)))
                add(g, PROFILE, profile);
        if (name_table_find(&g->old, name))
                add(g, OLD_NAME, name);
        add(g, ROOT, join(g, container->ephemeral.value ? EPHEMERAL_ROOTS : STATE_ROOTS, name));
        add(g, TIMEOUT_START, rare->timeout_start_sec.text);
        add(g, TIMEOUT_RELOAD, rare->timeout_reload_sec.text);
        add(g, REQUIRED_PATH, g->values[ROOT].items[0].text);
        if (container->ephemeral.value)
                add(g, EPHEMERAL_NAME, name);
        else
                add(g, LINK_JOURNAL, "try-guest");
        if (g->last_is_i686)
                add(g, PERSONALITY, "x86");
        add_resolv_conf(g, container);
        add_permissions(g, container);
        add_store(g, container);
        add_bind_mounts(g, container);
        add_devices(g, container);
        add_credentials(g, container);
        add_limit(g, &rare->memory_max, MEMORY_MAX, MEMORY_MAX_PERCENT);
        add_limit(g, &rare->cpu_quota, CPU_QUOTA_PERCENT, CPU_QUOTA_PERCENT);
        add_limit(g, &rare->tasks_max, TASKS_MAX, TASKS_MAX_PERCENT);
        add_order(g, AFTER, &rare->after);
        add_order_of_roots(g, container);
        add_order(g, REQUIRES, &rare->requires);
        add_order(g, WANTS, &rare->wants);
        add_texts(g, TMPFS, &rare->tmpfs);
        add_texts(g, EXTRA_FLAG, &rare->extra_flags);
        for (uint32_t i = 0; i < container->written_length; i++)
                add_row(g, WRITTEN, container->written[i].container, container->written[i].directory);
        for (uint32_t i = 0; i < container->claims_length; i++)
                add(g, CLAIM, container->claims[i].text);
}
