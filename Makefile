# nixos-container-generator. The targets that people use are described in README.md.

VERSION := 0.1.0

PREFIX ?= /usr/local
prefix ?= $(PREFIX)
libdir ?= $(prefix)/lib
libexecdir ?= $(libdir)/nixos-container-generator
generatordir ?= $(libdir)/systemd/system-generators
mandir ?= $(prefix)/share/man
DESTDIR ?=

# Where the programs are that the units run.
BUSCTL ?= /usr/bin/busctl
ECHO ?= /usr/bin/echo
FALSE ?= /usr/bin/false
IP ?= /usr/bin/ip
NFT ?= /usr/sbin/nft
SYSTEMD_NSPAWN ?= /usr/bin/systemd-nspawn
SYSTEMD_RUN ?= /usr/bin/systemd-run
SYSTEMD_TMPFILES ?= /usr/bin/systemd-tmpfiles
UDEVADM ?= /usr/bin/udevadm
TOOLS := BUSCTL ECHO FALSE IP NFT SYSTEMD_NSPAWN SYSTEMD_RUN SYSTEMD_TMPFILES UDEVADM

PKG_CONFIG ?= pkg-config
LIBRARIES := yaml-0.1 mount libcap

B ?= build
CC ?= cc
CFLAGS ?= -O2 -g
WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Werror
HARDENING := -fPIE -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fcf-protection
ALL_CPPFLAGS := -D_GNU_SOURCE -I$(B) -Igenerator $(shell $(PKG_CONFIG) --cflags $(LIBRARIES)) $(CPPFLAGS)
ALL_CFLAGS := -std=gnu11 $(WARNINGS) $(HARDENING) $(CFLAGS)
ALL_LDFLAGS := -pie -Wl,-z,relro,-z,now $(LDFLAGS)

GENERATOR := address arena buffer check diagnostic escape generate interface-name log mac-address manifest manifests mounts \
	name-table nixos-container-generator option-path output read-file schema siphash template templates utf8
RECORD := arena buffer container-record log read-file record run-program
INIT := address container-init
PROGRAMS := $(B)/nixos-container-generator $(B)/container-record $(B)/container-init

all: $(PROGRAMS)

$(B)/nixos-container-generator: $(GENERATOR:%=$(B)/%.o)
	@echo "  LINK    $@"
	@$(CC) $(ALL_LDFLAGS) -o $@ $^ $(shell $(PKG_CONFIG) --libs $(LIBRARIES))

$(B)/container-record: $(RECORD:%=$(B)/%.o)
	@echo "  LINK    $@"
	@$(CC) $(ALL_LDFLAGS) -o $@ $^

$(B)/container-init: $(INIT:%=$(B)/%.o)
	@echo "  LINK    $@"
	@$(CC) $(LDFLAGS) -static -no-pie -o $@ $^

$(B)/%.o: generator/%.c $(B)/config.h
	@echo "  CC      $@"
	@$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(B)/templates.o: generator/templates.c generator/templates.h $(wildcard templates/*)
	@echo "  CC      $@"
	@$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -Wa,-Itemplates -c -o $@ $<

# Changes only with its content, so that a build with other paths is made anew and one with the same is not.
$(B)/config.h: FORCE
	@mkdir -p $(B)
	@printf '#pragma once\n' >$@.new
	@printf '#define %s "%s"\n' VERSION '$(VERSION)' LIBEXECDIR '$(libexecdir)' \
		$(foreach tool,$(TOOLS),TOOL_$(tool) '$($(tool))') >>$@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@

MAN := $(B)/nixos-container-generator.8 $(B)/nixos-containers.yaml.5

$(B)/%: generator/man/%.scd
	@mkdir -p $(B)
	@echo "  MAN     $@"
	@scdoc <$< >$@

man: $(MAN)

install: all man
	install -D -m 755 -t $(DESTDIR)$(generatordir) $(B)/nixos-container-generator
	install -D -m 755 -t $(DESTDIR)$(libexecdir) $(B)/container-record $(B)/container-init
	install -D -m 644 -t $(DESTDIR)$(mandir)/man8 $(B)/nixos-container-generator.8
	install -D -m 644 -t $(DESTDIR)$(mandir)/man5 $(B)/nixos-containers.yaml.5

# Tests. All of them can be run again without building anew; those that need a host need root.

# With the variables that are given there and no others: the expected output has the default paths of programs.
unexport $(TOOLS)
MAKE_ANEW := MAKEFLAGS= $(MAKE) --no-print-directory

UNIT := $(patsubst tests/unit/%.c,%,$(wildcard tests/unit/test-*.c))
ROOTFS := build/rootfs
SANITIZE := B=build/sanitize prefix=/usr CFLAGS="-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all" \
	LDFLAGS="-fsanitize=address,undefined"

check: dependencies check-unit check-golden check-sanitize check-verify check-system

dependencies:
	@tests/install-dependencies

check-unit: $(UNIT:%=$(B)/%)
	@for test in $^; do $$test || exit 1; done

$(B)/test-%: tests/unit/test-%.c $(addprefix $(B)/,$(addsuffix .o,$(filter-out nixos-container-generator,$(GENERATOR)) plan))
	@echo "  CC      $@"
	@$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(shell $(PKG_CONFIG) --libs $(LIBRARIES) cmocka)

check-golden:
	@$(MAKE_ANEW) B=build/golden prefix=/usr build/golden/nixos-container-generator
	@tests/golden/run build/golden

check-sanitize:
	@$(MAKE_ANEW) $(SANITIZE) build/sanitize/nixos-container-generator check-unit
	@tests/golden/run build/sanitize

check-verify: $(ROOTFS)
	@$(MAKE_ANEW) B=build/golden prefix=/usr build/golden/nixos-container-generator
	@tests/golden/verify build/golden $(ROOTFS)

check-system: $(ROOTFS)
	@tests/system/run build/host $(ROOTFS)

check-boot: dependencies $(ROOTFS)
	@tests/boot/run build/host $(ROOTFS)

demo: dependencies
	@$(MAKE) --no-print-directory $(ROOTFS)
	@tests/host/demo build/host $(ROOTFS)

bench: $(PROGRAMS)
	@tests/bench/run $(B)

$(ROOTFS): tests/host/make-rootfs
	@echo "  ROOTFS  $@"
	@mkdir -p build
	@tests/host/make-rootfs $@
	@touch $@

SOURCES := $(wildcard generator/*.[ch] tests/unit/*.[ch] tests/bench/*.[ch])
SCRIPTS := $(shell grep -lE '^\#!/bin/(ba)?sh' -r tests .ci) $(wildcard tests/system/*.sh)

format:
	clang-format -i $(SOURCES)

lint: dependencies $(B)/config.h
	@clang-format --dry-run -Werror $(SOURCES)
	@echo $(wildcard generator/*.c) | xargs -n 1 -P 2 sh -c 'clang-tidy --quiet --warnings-as-errors="*" $$0 -- \
		-std=gnu11 $(ALL_CPPFLAGS) 2>/dev/null'
	@shellcheck $(SCRIPTS)
	@nix-instantiate --parse default.nix >/dev/null
	@echo "lint: nothing to complain of"

clean:
	rm -rf build $(B)

.PHONY: all man install check dependencies check-unit check-golden check-sanitize check-verify check-system check-boot demo \
	bench format lint clean FORCE
.DELETE_ON_ERROR:

-include $(wildcard $(B)/*.d)
