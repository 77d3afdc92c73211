# SPDX-License-Identifier: MIT
# nixos-container-generator. The targets that people use are described in README.md.

VERSION := $(file <generator/VERSION)

PREFIX ?= /usr/local
prefix ?= $(PREFIX)
bindir ?= $(prefix)/bin
libdir ?= $(prefix)/lib
libexecdir ?= $(libdir)/nixos-container-generator
generatordir ?= $(libdir)/systemd/system-generators
mandir ?= $(prefix)/share/man
bashcompletiondir ?= $(prefix)/share/bash-completion/completions
zshcompletiondir ?= $(prefix)/share/zsh/site-functions
fishcompletiondir ?= $(prefix)/share/fish/vendor_completions.d
udevrulesdir ?= $(libdir)/udev/rules.d
DESTDIR ?=

# Where the programs are that the units run.
ECHO ?= /usr/bin/echo
FALSE ?= /usr/bin/false
JOURNALCTL ?= /usr/bin/journalctl
MACHINECTL ?= /usr/bin/machinectl
NFT ?= /usr/sbin/nft
NIX ?= /usr/bin/nix
NIX_ENV ?= /usr/bin/nix-env
SYSTEMD_NSPAWN ?= /usr/bin/systemd-nspawn
SYSTEMD_RUN ?= /usr/bin/systemd-run
SYSTEMD_SOCKET_PROXYD ?= /usr/lib/systemd/systemd-socket-proxyd
SYSTEMD_TMPFILES ?= /usr/bin/systemd-tmpfiles
TOOLS := ECHO FALSE JOURNALCTL MACHINECTL NFT NIX NIX_ENV SYSTEMD_NSPAWN SYSTEMD_RUN SYSTEMD_SOCKET_PROXYD SYSTEMD_TMPFILES

PKG_CONFIG ?= pkg-config
LIBRARIES := yaml-0.1 mount libcap

B ?= build
FOLDERS := base systemd bus manifest state netfilter generate runtime init switch cli
CC ?= cc
CFLAGS ?= -O2 -g
# A warning ends the build: for who works on this, as another compiler warns of other things. .ci/run and the tests that build have it.
WERROR ?=
WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes $(if $(WERROR),-Werror)
CONTROL_FLOW := $(if $(filter x86_64-%,$(shell $(CC) -dumpmachine)),-fcf-protection)
HARDENING := -fPIE -fstack-protector-strong -fstack-clash-protection -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 $(CONTROL_FLOW)
LDHARDENING := -Wl,-z,relro,-z,now,-z,noexecstack,-z,separate-code
ALL_CPPFLAGS := -D_GNU_SOURCE -I$(B) -Igenerator $(shell $(PKG_CONFIG) --cflags $(LIBRARIES) libsystemd) $(CPPFLAGS)
ALL_CFLAGS := -std=gnu11 $(WARNINGS) $(HARDENING) $(CFLAGS)
ALL_LDFLAGS := -pie $(LDHARDENING) $(LDFLAGS)

PROGRAMS := $(B)/nixos-container-generator $(B)/nixos-container $(B)/container-runtime $(B)/container-init

all: $(PROGRAMS)

# A library of each folder, without what has a main() of its own.
MAINS := generate/nixos-container-generator cli/nixos-container runtime/container-runtime init/container-init
OBJECTS := $(patsubst generator/%.c,%,$(wildcard $(FOLDERS:%=generator/%/*.c)))
$(foreach folder,$(FOLDERS),$(eval $(B)/$(folder).a: $(patsubst %,$(B)/%.o,$(filter $(folder)/%,$(filter-out $(MAINS),$(OBJECTS))))))

$(FOLDERS:%=$(B)/%.a):
	@echo "  AR      $@"
	@rm -f $@
	@$(AR) rcs $@ $^

# What each program may use, see generator/README.md.
$(B)/nixos-container-generator: $(addprefix $(B)/,generate/nixos-container-generator.o generate.a manifest.a state.a systemd.a base.a)
$(B)/nixos-container: $(addprefix $(B)/,cli/nixos-container.o cli.a switch.a manifest.a netfilter.a state.a bus.a systemd.a base.a)
$(B)/container-runtime: $(addprefix $(B)/,runtime/container-runtime.o runtime.a netfilter.a bus.a state.a systemd.a base.a)
$(B)/container-init: $(addprefix $(B)/,init/container-init.o base.a)

$(B)/nixos-container-generator: LIBS = $(shell $(PKG_CONFIG) --libs $(LIBRARIES))
$(B)/nixos-container: LIBS = $(shell $(PKG_CONFIG) --libs $(LIBRARIES) libsystemd)
$(B)/container-runtime: LIBS = $(shell $(PKG_CONFIG) --libs libsystemd)
$(B)/container-init: ALL_LDFLAGS = $(LDFLAGS) -static-pie $(LDHARDENING)

$(PROGRAMS):
	@echo "  LINK    $@"
	@$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

$(B)/%.o: generator/%.c $(B)/config.h
	@echo "  CC      $@"
	@mkdir -p $(@D)
	@$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# They embed templates.
EMBEDDING := $(B)/generate/templates.o $(B)/state/forwards-table.o
$(EMBEDDING): $(wildcard templates/*)
$(EMBEDDING): ALL_CFLAGS += -Wa,-Itemplates

# Changes only with its content, so that a build with other paths is made anew and one with the same is not.
$(B)/config.h: FORCE
	@mkdir -p $(B)
	@new=$$(mktemp $@.XXXXXX); printf '#pragma once\n' >$$new; \
	printf '#define %s "%s"\n' VERSION '$(VERSION)' LIBEXECDIR '$(libexecdir)' \
		$(foreach tool,$(TOOLS),TOOL_$(tool) '$($(tool))') >>$$new; \
	cmp -s $$new $@ && rm $$new || mv $$new $@

MAN := $(B)/nixos-container-generator.8 $(B)/nixos-container.8 $(B)/nixos-containers.yaml.5

$(B)/%: generator/man/%.scd
	@mkdir -p $(B)
	@echo "  MAN     $@"
	@scdoc <$< >$@

man: $(MAN)

install: all man
	install -D -m 755 -t $(DESTDIR)$(generatordir) $(B)/nixos-container-generator
	install -D -m 755 -t $(DESTDIR)$(bindir) $(B)/nixos-container
	install -D -m 755 -t $(DESTDIR)$(libexecdir) $(B)/container-runtime $(B)/container-init
	ln -sf container-runtime $(DESTDIR)$(libexecdir)/container-record # as units call it that a 0.1 has written, until the next reload
	install -D -m 644 -t $(DESTDIR)$(udevrulesdir) generator/udev/82-nixos-containers.rules
	install -D -m 644 -t $(DESTDIR)$(mandir)/man8 $(B)/nixos-container-generator.8 $(B)/nixos-container.8
	install -D -m 644 -t $(DESTDIR)$(mandir)/man5 $(B)/nixos-containers.yaml.5
	install -D -m 644 generator/completion/nixos-container.bash $(DESTDIR)$(bashcompletiondir)/nixos-container
	install -D -m 644 generator/completion/nixos-container.zsh $(DESTDIR)$(zshcompletiondir)/_nixos-container
	install -D -m 644 -t $(DESTDIR)$(fishcompletiondir) generator/completion/nixos-container.fish

# Directories that are empty without it go too, but for those that every prefix has, as lib and share.
uninstall:
	rm -f $(DESTDIR)$(generatordir)/nixos-container-generator $(DESTDIR)$(bindir)/nixos-container \
		$(addprefix $(DESTDIR)$(libexecdir)/,container-runtime container-record container-init) \
		$(DESTDIR)$(mandir)/man8/nixos-container-generator.8 $(DESTDIR)$(mandir)/man8/nixos-container.8 \
		$(DESTDIR)$(mandir)/man5/nixos-containers.yaml.5 $(DESTDIR)$(bashcompletiondir)/nixos-container \
		$(DESTDIR)$(zshcompletiondir)/_nixos-container $(DESTDIR)$(fishcompletiondir)/nixos-container.fish \
		$(DESTDIR)$(udevrulesdir)/82-nixos-containers.rules
	@for directory in $(patsubst $(prefix)/%,%,$(filter $(prefix)/%,$(generatordir) $(libexecdir) $(mandir)/man8 $(mandir)/man5 \
		$(bashcompletiondir) $(zshcompletiondir) $(fishcompletiondir) $(udevrulesdir))); do \
		if [ -d "$(DESTDIR)$(prefix)/$$directory" ]; then \
			(cd "$(DESTDIR)$(prefix)/$${directory%%/*}" && rmdir --parents --ignore-fail-on-non-empty "$${directory#*/}"); \
		fi; \
	done

# Tests. All of them can be run again without building anew; those that need a host need root.

# With the variables that are given there and no others.
unexport $(TOOLS)
MAKE_ANEW := MAKEFLAGS= WERROR=1 $(MAKE) --no-print-directory

UNIT := $(patsubst tests/unit/%.c,%,$(wildcard tests/unit/test-*.c))
ROOTFS := build/rootfs
SANITIZE := B=build/sanitize prefix=/usr CFLAGS="-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all" \
	LDFLAGS="-fsanitize=address,undefined"

# What every commit has to pass, in minutes: of the longest groups only a part. Some are run at the same time, as those on booted hosts
# wait for much of theirs: the longest first. What a group says is printed when it has ended.
CHECKS := check-system check-faults check-sanitize check-unit check-golden check-hostile check-verify check-nix check-hardening check-init \
	check-man check-usage
JOBS = $(shell nproc)

check: dependencies
	@$(MAKE) --no-print-directory --output-sync=target --keep-going $(if $(filter -j%,$(MAKEFLAGS)),,-j $(JOBS)) SHORT=1 $(CHECKS)

# What of them is only tried in part, in whole, and what looks for faults in the code and on other systems. The first that fails ends it.
check-long: dependencies $(ROOTFS)
	@for group in lint analyze check-system check-package check-debian-13 check-boot check-soak check-killed fuzz; do \
		$(MAKE) --no-print-directory $$group || exit; \
	done
	@$(MAKE) --no-print-directory check-faults check-hostile EVERY=1
	@EVERY=1 tests/system/run build/host $(ROOTFS) faults.sh

dependencies:
	@tests/install-dependencies

check-unit: $(UNIT:%=$(B)/%)
	@tests/unit/run $^

# Whatever a program of a test uses.
ALL_LIBRARIES := $(FOLDERS:%=$(B)/%.a)
GROUP = -Wl,--start-group $(filter-out generator/%,$^) -Wl,--end-group

$(B)/test-%: tests/unit/test-%.c $(ALL_LIBRARIES)
	@echo "  CC      $@"
	@$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $(GROUP) $(shell $(PKG_CONFIG) --libs $(LIBRARIES) libsystemd cmocka)

# It includes that.
$(B)/test-container-init: generator/init/container-init.c

check-hardening: $(PROGRAMS)
	@tests/hardening/run $(B) $(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS)

check-usage: $(PROGRAMS)
	@tests/usage/run $(B)

check-man: $(PROGRAMS)
	@tests/man/run $(B)

check-init: $(B)/container-init
	@tests/init/run $(B)

check-golden: $(B)/nixos-container-generator
	@tests/golden/run $(B)

# Whether they notice what changes.
golden-mutations: dependencies
	@tests/golden/mutate

check-hostile: $(B)/nixos-container-generator
	@EVERY=$(or $(EVERY),$(if $(SHORT),12)) tests/hostile/run $(B)

# With tools that only this test has.
FAULTS := prefix=/usr libexecdir=/run/tools $(foreach tool,$(TOOLS),$(tool)=/run/tools/$(shell echo $(tool) | tr A-Z_ a-z-))

FAULTS_BUILD := build/faults

$(B)/call: tests/faults/call.c $(ALL_LIBRARIES)
	@echo "  CC      $@"
	@$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $(GROUP) $(shell $(PKG_CONFIG) --libs $(LIBRARIES) libsystemd)

$(B)/answering-systemd: tests/faults/systemd.c tests/unit/systemd.h
	@echo "  CC      $@"
	@$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $< $(shell $(PKG_CONFIG) --libs libsystemd)

# With SHORT=1, those that "make check" has; all faults: make check-faults EVERY=1
# Those of some situations: make check-faults PATTERN=start
check-faults:
	@$(MAKE_ANEW) B=$(FAULTS_BUILD) $(FAULTS) $(PROGRAMS:$(B)/%=$(FAULTS_BUILD)/%) $(FAULTS_BUILD)/call $(FAULTS_BUILD)/answering-systemd
	@SHORT=$(SHORT) EVERY=$(EVERY) tests/faults/run $(FAULTS_BUILD) '$(PATTERN)'

check-nix: $(B)/nixos-container-generator
	@tests/nix/run $(B)

# Real NixOS, where there is <nixpkgs>.
check-nixos: dependencies
	@tests/nixos/check build/nixos

# What a start of it takes: 3 minutes a round, of make bench-nixos ROUNDS=20.
bench-nixos: dependencies
	@tests/nixos/start build/nixos $(or $(ROUNDS),10)

check-package:
	@tests/package/run build/package

# For another machine than this one, which qemu-aarch64 is for what can be run without a host.
check-aarch64:
	@tests/install-dependencies gcc-aarch64-linux-gnu qemu-user
	@tests/aarch64/run build/aarch64

check-sanitize:
	@tests/fixed-addresses env $(MAKE_ANEW) $(SANITIZE) build/sanitize/nixos-container-generator check-unit
	@tests/fixed-addresses tests/golden/run build/sanitize
	@$(MAKE_ANEW) $(SANITIZE) fuzz-cases
	@tests/fixed-addresses tests/fuzz/check build/sanitize

# What is fuzzed, with a main() that replays inputs, or with libFuzzer's. tests/fuzz/run
FUZZ_MAIN ?= $(B)/replay.o
FUZZ_TARGETS := $(patsubst tests/fuzz/%.c,$(B)/%,$(wildcard tests/fuzz/fuzz-*.c))

fuzz-cases: $(FUZZ_TARGETS) $(B)/check-shape

$(B)/%.o: tests/fuzz/%.c $(B)/config.h
	@echo "  CC      $@"
	@$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(B)/generator-main.o: generator/generate/nixos-container-generator.c $(B)/config.h
	@echo "  CC      $@"
	@$(CC) $(ALL_CPPFLAGS) -Dmain=generator_main $(ALL_CFLAGS) -Wno-missing-prototypes -MMD -MP -c -o $@ $<

GENERATED_WITH := $(addprefix $(B)/,generate.a manifest.a state.a systemd.a base.a)
$(B)/fuzz-generator: $(addprefix $(B)/,shape.o files.o) $(GENERATED_WITH)
$(B)/fuzz-template: $(GENERATED_WITH)
$(B)/fuzz-whole: $(addprefix $(B)/,shape.o generator-main.o) $(GENERATED_WITH)
$(FUZZ_TARGETS): $(B)/fuzz-%: $(B)/fuzz-%.o $(FUZZ_MAIN)
	@echo "  LINK    $@"
	@$(CC) $(ALL_LDFLAGS) -o $@ $(GROUP) $(shell $(PKG_CONFIG) --libs $(LIBRARIES))

$(B)/check-shape: $(addprefix $(B)/,check-shape.o shape.o files.o) $(GENERATED_WITH)
	@echo "  LINK    $@"
	@$(CC) $(ALL_LDFLAGS) -o $@ $(GROUP) $(shell $(PKG_CONFIG) --libs $(LIBRARIES))

# All that there is in C. Some programs of tests are otherwise only compiled by what runs them.
compiled: all fuzz-cases $(UNIT:%=$(B)/%) $(B)/call $(B)/answering-systemd
	@set -e; for source in tests/faults/fault.c $(wildcard tests/bench/*.c tests/system/*.c); do \
		$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -fno-builtin -S -o /dev/null $$source; \
	done

# No compiler of three releases of Debian has anything to warn of. Releases that change every day are for no .ci/run.
check-compilers: dependencies $(foreach suite,bookworm trixie unstable,build/debian-$(suite))
	@tests/compilers/run build/compilers $(filter build/%,$^)

# It is built on Debian 13 too, and is there what the unit and golden tests say.
check-debian-13: build/debian-trixie
	@tests/debian/run $< make --no-print-directory -j 2 WERROR=1 B=build/trixie check-unit check-golden

check-verify: $(B)/nixos-container-generator $(ROOTFS)
	@tests/golden/verify $(B) $(ROOTFS)

# With SHORT=1, those tests that "make check" has.
check-system: $(ROOTFS)
	@SHORT=$(SHORT) tests/system/run build/host $(ROOTFS)

# What containers are kept from, and all that is tried from inside of one, with and without what holds it.
check-boundary: dependencies $(ROOTFS)
	@tests/system/run build/host $(ROOTFS) boundary.sh
	@tests/boundary/run build/host $(ROOTFS)

# At more points: make check-killed POINTS=200
check-killed: dependencies $(ROOTFS)
	@POINTS=$(POINTS) T=86400 tests/system/run build/host $(ROOTFS) killed.sh

# On the newest systemd that Debian has, built there.
check-unstable: dependencies build/rootfs-unstable build/debian-unstable
	@BUILDER="$(CURDIR)/tests/debian/run $(CURDIR)/build/debian-unstable" tests/system/run build/host-unstable build/rootfs-unstable

check-boot: dependencies $(ROOTFS)
	@tests/boot/run build/host $(ROOTFS)

coverage: dependencies $(ROOTFS)
	@tests/coverage/run build/coverage $(ROOTFS)

demo: dependencies
	@$(MAKE) --no-print-directory $(ROOTFS)
	@tests/host/demo build/host $(ROOTFS)

# For an hour: make fuzz SECONDS=3600
fuzz: dependencies
	@tests/fuzz/run build/fuzz $(or $(SECONDS),60)

# make soak CYCLES=500 SEED=1, or one of these cycles alone: make soak SEED=1 CYCLE=17
soak: dependencies $(ROOTFS)
	@tests/soak/run build/host $(ROOTFS) $(or $(CYCLES),500) $(or $(SEED),1) $(CYCLE)

# A few of these cycles.
check-soak: $(ROOTFS)
	@tests/soak/run build/host $(ROOTFS) 5 1

scale: dependencies $(ROOTFS)
	@tests/scale/run build/host $(ROOTFS)

bench: $(PROGRAMS)
	@tests/bench/run $(B)

# Another revision beside this tree: make bench-compare BASE=HEAD~1, without starts and stops with STARTS=no.
bench-compare: dependencies $(PROGRAMS) $(ROOTFS)
	@STARTS=$(STARTS) tests/bench/compare $(B) $(ROOTFS) $(or $(BASE),$(error which revision? make bench-compare BASE=REVISION))

# Beside the build of another tree, if one is given: make bench-start BEFORE=../before
bench-start: dependencies $(ROOTFS)
	@tests/bench/start build/bench-start $(ROOTFS) $(BEFORE)

# The drawing in the README of what happens when in a start and a stop.
bench-timeline: dependencies $(ROOTFS)
	@tests/bench/timeline build/bench-start $(ROOTFS) --svg tests/bench/timeline.svg

bench-forwards: dependencies $(ROOTFS)
	@tests/bench/forwards build/bench-start $(ROOTFS)

bench-localhost: dependencies $(ROOTFS)
	@tests/bench/localhost build/bench-start $(ROOTFS)

bench-boot: dependencies $(ROOTFS)
	@tests/bench/boot build/bench-start $(ROOTFS)

# Nothing is built: needs <nixpkgs> alone.
bench-evaluation:
	@tests/bench/evaluation

bench-streams: dependencies $(ROOTFS)
	@tests/bench/streams build/bench-start $(ROOTFS)

# The plot and the table in the README, of what "make bench" and "make bench-start" have measured.
bench-readme:
	@tests/bench/plot $(B)/bench/results >$(B)/bench/cost.svg
	@mv $(B)/bench/cost.svg tests/bench/
	@tests/bench/table build/bench-start/bench/starts README.md

$(ROOTFS): tests/host/make-rootfs
	@echo "  ROOTFS  $@"
	@mkdir -p build
	@tests/host/make-rootfs $@
	@touch $@

# To build on another release of Debian.
build/debian-%: tests/debian/make-root
	@echo "  ROOT    $@"
	@mkdir -p build
	@tests/debian/make-root $@ $*
	@touch $@

# Another release of Debian.
build/rootfs-%: tests/host/make-rootfs
	@echo "  ROOTFS  $@"
	@mkdir -p build
	@tests/host/make-rootfs $@ $*
	@touch $@

SOURCES := $(wildcard generator/*/*.[ch] tests/unit/*.[ch] tests/bench/*.[ch] tests/system/*.c tests/fuzz/*.[ch] \
	tests/faults/*.[ch])
NIX_SOURCES = default.nix $(shell find nixos-module tests/nix tests/nixos -name '*.nix')
SCRIPTS = $(shell grep -lE '^\#!/bin/(ba)?sh' -r tests .ci) $(wildcard tests/system/*.sh tests/host/*.sh tests/bench/*.sh tests/boundary/*.sh tests/nixos/*.sh tests/nixos/stories/*.sh nixos-module/*.sh) generator/completion/nixos-container.bash
PYTHON = $(shell grep -lE '^\#!.*python' -r tests) $(wildcard tests/*.py tests/*/*.py tests/nixos/debian/*.py)

format:
	clang-format -i $(SOURCES)

# Not asked of cppcheck: that variables are declared in inner blocks, that readdir(3) is used, whose reentrant form is deprecated, and
# getpwnam(3) and getgrnam(3), as the programs have one thread; nor what it knows nothing of, as variables can clean up behind themselves (base/cleanup.h): gcc -fanalyzer does.
CPPCHECK := cppcheck --quiet --error-exitcode=1 --enable=warning,performance,portability,style --std=c11 --library=gnu --library=posix \
	-D_GNU_SOURCE -D__x86_64__ --inline-suppr --suppress=variableScope --suppress=readdirCalled --suppress=getpwnamCalled \
	--suppress=getgrnamCalled --suppress=resourceLeak --suppress=memleak --suppress=unreadVariable

# What takes minutes of lint: all that runs through each path of the C code.
analyze: dependencies $(B)/config.h
	@$(CPPCHECK) -j 2 -Igenerator generator
	@echo $(wildcard generator/*/*.c) | xargs -n 1 -P 2 gcc -S -o /dev/null -std=gnu11 -O2 -fanalyzer -Wa,-Itemplates $(WARNINGS) -Werror $(ALL_CPPFLAGS)
	@echo $(wildcard generator/*/*.c) | xargs -n 1 -P 2 tests/clang-tidy -std=gnu11 $(ALL_CPPFLAGS)
	@echo "analyze: nothing to complain of"

lint: dependencies $(PROGRAMS)
	@clang-format --dry-run -Werror $(SOURCES)
	@tests/license
	@tests/layers $(B)
	@shellcheck -x $(SCRIPTS)
	@# That "!" leaves a command without consequence it says only where it knows of set -e, which those have that are sourced, too.
	@for script in $(SCRIPTS); do { echo 'set -e'; cat $$script; } | shellcheck --shell=bash --include=SC2251 - || exit; done
	@pyflakes3 $(PYTHON)
	@nix-instantiate --parse $(NIX_SOURCES) >/dev/null
	@if command -v nixfmt >/dev/null; then nixfmt --check $(NIX_SOURCES); else echo "skipped nixfmt: there is none here"; fi
	@changed() { git log -1 --format=%ct -- $$1 2>/dev/null; }; if [ "$$(changed nixos-module)" -gt "$$(changed tests/nixos/results.md)" ] 2>/dev/null; then \
		echo "lint: nixos-module/ is newer than tests/nixos/results.md: make check-nixos"; fi
	@echo "lint: nothing to complain of"

clean:
	rm -rf build $(B)

.PHONY: all man install uninstall check check-long dependencies check-unit check-usage check-init check-hardening check-man check-golden golden-mutations check-hostile check-faults check-nix check-nixos \
	check-package check-aarch64 check-sanitize fuzz-cases compiled check-compilers check-debian-13 check-verify check-system check-boundary check-killed check-unstable check-boot check-soak coverage demo fuzz soak scale bench bench-compare bench-start bench-timeline bench-forwards bench-localhost bench-boot bench-evaluation bench-streams bench-nixos bench-readme format \
	analyze lint clean FORCE
.DELETE_ON_ERROR:

-include $(wildcard $(B)/*.d $(B)/*/*.d)
