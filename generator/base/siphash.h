/* SPDX-License-Identifier: MIT */
/* SipHash-2-4, the keyed hash from which systemd derives names and MAC addresses.
 * J.-P. Aumasson, D. J. Bernstein: "SipHash: a fast short-input PRF", 2012. */
#pragma once

#include "base/common.h"

/* Hashes the @size bytes at @data with the 16 bytes of @key. */
uint64_t siphash24(const void *data, size_t size, const uint8_t key[static 16]);
