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

GENERATOR := address arena buffer check diagnostic escape generate interface-name log mac-address manifest mounts \
	name-table nixos-container-generator option-path output read-file schema siphash template templates
RECORD := arena buffer container-record log read-file
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

$(B)/templates.o: generator/templates.c $(wildcard templates/*)
	@echo "  CC      $@"
	@$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -Wa,-Itemplates -c -o $@ $<

# Changes only with its content, so that a build with other paths is made anew and one with the same is not.
$(B)/config.h: FORCE
	@mkdir -p $(B)
	@printf '#pragma once\n' >$@.new
	@printf '#define %s "%s"\n' VERSION '$(VERSION)' LIBEXECDIR '$(libexecdir)' TOOL_BUSCTL '$(BUSCTL)' \
		TOOL_ECHO '$(ECHO)' TOOL_FALSE '$(FALSE)' TOOL_IP '$(IP)' TOOL_NFT '$(NFT)' TOOL_SYSTEMD_NSPAWN '$(SYSTEMD_NSPAWN)' \
		TOOL_SYSTEMD_RUN '$(SYSTEMD_RUN)' TOOL_SYSTEMD_TMPFILES '$(SYSTEMD_TMPFILES)' \
		TOOL_UDEVADM '$(UDEVADM)' >>$@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@

install: all
	install -D -m 755 -t $(DESTDIR)$(generatordir) $(B)/nixos-container-generator
	install -D -m 755 -t $(DESTDIR)$(libexecdir) $(B)/container-record $(B)/container-init

clean:
	rm -rf $(B)

.PHONY: all install clean FORCE
.DELETE_ON_ERROR:

-include $(wildcard $(B)/*.d)
