/* SPDX-License-Identifier: MIT */
/* What a container gets as secrets: its credentials, and files that are bound read-only. See state/secrets.h. */
#pragma once

#include "base/buffer.h"

/* Writes the hashes of the secrets in @arguments, those of systemd-nspawn, into the state record. Paths below directories that containers
 * write to, according to the section @written of the state record, are left out. */
MUST_CHECK int secrets_note(const char *container, const Buffer *written, char *const arguments[]);

/* Appends to @secrets, the lines of a state record, those of @mounts that are read-only and have none: @length strings, three for each mount,
 * as container_update() has them. */
MUST_CHECK int secrets_append(Buffer *secrets, char *const mounts[], size_t length);
