# SPDX-License-Identifier: MIT
# The packages of a NixOS that are links to Debian's files: an overlay. @files are Debian's files, relocated, @source as they came.
{ source, files, fetchurl, switchToConfiguration }:
final: prev:
let
  inherit (prev) lib;

  # What a package of Nixpkgs is, beside its files: @prev is the real one.
  describe = real: {
    pname = real.pname or (lib.getName real);
    version = real.version or "0";
    meta = removeAttrs (real.meta or { }) [ "outputsToInstall" "position" ];
  };

  # One output stands for all, and one way of building for any other.
  withOutputs =
    real: package:
    let
      self =
        package
        // lib.genAttrs (real.outputs or [ ] ++ [
          "bin"
          "dev"
          "doc"
          "lib"
          "man"
          "info"
          "static"
          "terminfo"
          "mount"
          "swap"
          "login"
          "getent"
          "nc"
          "su"
        ]) (_: self)
        // {
          override = _: self;
          overrideAttrs = _: self;
          overrideDerivation = _: self;
        };
    in
    self;

  # All trees of links, in one derivation.
  trees = derivation {
    name = "debian-packages";
    system = "x86_64-linux";
    builder = "${files}/usr/bin/python3";
    args = [ ./make-trees.py ];
    inherit files;
    spec = builtins.toJSON spec;
    passAsFile = [ "spec" ];
  };
  spec =
    lib.mapAttrs (name: names: {
      debian = lib.splitString " " names;
      more = more.${name} or "";
    }) debian
    // {
      # Some files are read by their names.
      nothing = {
        debian = [ ];
        more = "touch modprobe.conf aliases.conf";
      };
    };

  # The tree @name as a package.
  tree =
    real: name:
    let
      self = withOutputs real (
        describe real
        // {
          type = "derivation";
          name = "${(describe real).pname}-${(describe real).version}";
          inherit (trees) drvPath system;
          outPath = "${trees}/${name}";
          outputs = [ "out" ];
          outputName = "out";
          out = self;
          inherit (final) stdenv;
          passthru = real.passthru or { };
        }
        // removeAttrs (real.passthru or { }) [ "tests" ]
      );
    in
    self;
  nothing = real: tree real "nothing";

  # Packages of Nixpkgs, and those of Debian that have their files.
  debian = {
    acl = "acl libacl1";
    attr = "attr libattr1";
    bash = "bash";
    bashInteractive = "bash";
    bash-completion = "bash-completion";
    bzip2 = "bzip2 libbz2-1.0";
    cacert = "ca-certificates";
    coreutils = "coreutils";
    coreutils-full = "coreutils";
    cpio = "cpio";
    busybox = "busybox-static";
    curl = "curl";
    dbus = "dbus dbus-bin dbus-daemon dbus-session-bus-common dbus-system-bus-common";
    dhcpcd = "dhcpcd-base";
    diffutils = "diffutils";
    dosfstools = "dosfstools";
    e2fsprogs = "e2fsprogs";
    ethtool = "ethtool";
    file = "file";
    findutils = "findutils";
    fuse = "fuse3";
    fuse3 = "fuse3";
    gawk = "gawk";
    getconf = "libc-bin";
    getent = "libc-bin";
    gettext = "gettext-base";
    gnugrep = "grep";
    gnumake = "make";
    gnupatch = "patch";
    gnused = "sed";
    gnutar = "tar";
    gzip = "gzip";
    hostname-debian = "hostname";
    iana-etc = "netbase";
    iproute2 = "iproute2";
    iptables = "iptables libxtables12";
    iputils = "iputils-ping";
    jq = "jq";
    kbd = "kbd";
    kmod = "kmod";
    less = "less";
    libcap = "libcap2-bin libcap2 libcap-dev";
    libressl = "netcat-openbsd";
    libyaml = "libyaml-dev";
    cmocka = "libcmocka-dev";
    linux-pam = "libpam-modules libpam-modules-bin libpam0g";
    logrotate = "logrotate";
    lsof = "lsof";
    lvm2 = "lvm2 dmsetup";
    mailcap = "media-types";
    nano = "nano";
    ncurses = "ncurses-bin ncurses-base";
    netcat = "netcat-openbsd";
    nftables = "nftables";
    nginxStable = "nginx-common nginx";
    nix = "nix-bin";
    openresolv = "openresolv";
    openssh = "openssh-client openssh-common openssh-server openssh-sftp-server";
    patchelf = "patchelf";
    perl = "perl perl-base";
    pkg-config = "pkgconf pkgconf-bin";
    polkit = "polkitd";
    procps = "procps";
    psmisc = "psmisc";
    rsync = "rsync";
    scdoc = "scdoc";
    shadow = "passwd login login.defs";
    socat = "socat";
    strace = "strace";
    sudo = "sudo";
    su = "util-linux";
    systemd = "systemd systemd-container systemd-coredump systemd-resolved systemd-timesyncd udev libsystemd0 libsystemd-shared libnss-systemd libnss-myhostname libnss-resolve libnss-mymachines libpam-systemd";
    tzdata = "tzdata";
    util-linux = "util-linux libpam-lastlog2 util-linux-extra mount bsdextrautils bsdutils libmount1 libmount-dev";
    which = "debianutils";
    xz = "xz-utils";
    zstd = "zstd";
    apacheHttpd = "apache2-bin apache2-data";
    glibc = "libc-bin libc6";
    python3 = "python3 python3-minimal";
    locales = "libc-bin";
    bashNonInteractive = "bash";
    dash = "dash";
    dbus-broker = "dbus-broker";
    libxslt = "xsltproc";
    mkpasswd = "whois";
    time = "time";
    tinyxxd = "xxd";
    xauth = "xauth";
    bind = "bind9 bind9-utils";
    caddy = "caddy";
    dnsmasq = "dnsmasq-base";
    dnsutils = "bind9-dnsutils";
    fail2ban = "fail2ban";
    haproxy = "haproxy";
    kea = "kea-dhcp4-server kea-common";
    mariadb = "mariadb-server mariadb-server-core mariadb-client mariadb-client-core";
    memcached = "memcached";
    mosquitto = "mosquitto mosquitto-clients";
    postgresql_17 = "postgresql-18 postgresql-client-18";
    prometheus = "prometheus promtool";
    prometheus-node-exporter = "prometheus-node-exporter";
    redis = "redis-server redis-tools";
    samba = "samba samba-common-bin smbclient";
    transmission_4 = "transmission-daemon";
    unbound = "unbound unbound-anchor";
    vsftpd = "vsftpd";
  };
  links = lib.mapAttrs (name: _: tree (prev.${name} or { pname = name; }) name) debian;

  # A program in the place of another one: it sets variables, makes links in directories that may not be there, and becomes the real one.
  wrapper =
    {
      program,
      variables ? { },
      linked ? { },
    }:
    final.stdenv.mkDerivation {
      name = "wrapper-${baseNameOf program}";
      dontUnpack = true;
      source = ''
        #include <stdlib.h>
        #include <unistd.h>

        int main(int argc, char **argv) {
                (void) argc;
        ${lib.concatStrings (
          lib.mapAttrsToList (name: value: ''
            setenv("${name}", "${value}", 0);
          '') variables
          ++ lib.mapAttrsToList (path: target: ''
            (void) !symlink("${target}", "${path}");
          '') linked
        )}
                execv("${program}", argv);
                return 127;
        }
      '';
      passAsFile = [ "source" ];
      installPhase = "$CC -x c -O1 -static -o $out $sourcePath";
    };

  # A tree that more is done to.
  amended =
    name: commands:
    withOutputs prev.${name} (
      final.stdenvNoCC.mkDerivation (
        describe prev.${name}
        // {
          dontUnpack = true;
          dontFixup = true;
          installPhase = "cp -a ${trees}/${name} $out; chmod -R u+w $out; ${commands}";
          passthru = removeAttrs (prev.${name}.passthru or { }) [ "tests" ];
        }
      )
    );

  # One program that is a script.
  script =
    real: name: text:
    withOutputs real (
      final.stdenvNoCC.mkDerivation (
        describe real
        // {
          dontUnpack = true;
          inherit text;
          passAsFile = [ "text" ];
          installPhase = "install -D $textPath $out/bin/${name}";
        }
      )
    );

  # Whatever locales are asked for, it is this one.
  locales = tree prev.glibc "locales";

  perlPath = lib.concatMapStringsSep ":" (directory: "${files}/${directory}") [
    "etc/perl"
    "usr/share/perl5"
    "usr/lib/x86_64-linux-gnu/perl5/${perlVersion}"
    "usr/lib/x86_64-linux-gnu/perl-base"
    "usr/lib/x86_64-linux-gnu/perl/${perlVersion}"
    "usr/share/perl/${perlVersion}"
  ];
  perlVersion = "5.42";

  # The kernel that runs: there is nothing to boot, and no module can be loaded.
  kernel =
    let
      self =
        nothing { pname = "linux"; version = "6.18.0"; }
        // rec {
          version = "6.18.0";
          modDirVersion = version;
          features = { };
          config = {
            isSet = _: true;
            isYes = _: true;
            isNo = _: false;
            isModule = _: false;
            isEnabled = _: true;
            isDisabled = _: false;
          };
          configfile = final.writeText "kernel-config" ''
            CONFIG_ARCH_MMAP_RND_BITS_MAX=32
            CONFIG_ARCH_MMAP_RND_COMPAT_BITS_MAX=16
            CONFIG_ARCH_MMAP_RND_BITS=32
            CONFIG_ARCH_MMAP_RND_COMPAT_BITS=16
          '';
          kernelOlder = lib.versionOlder version;
          kernelAtLeast = lib.versionAtLeast version;
          buildDTBs = false;
          isZen = false;
          isHardened = false;
          isLibre = false;
          target = "bzImage";
          override = _: self;
          overrideAttrs = _: self;
          overrideDerivation = _: self;
        };
    in
    self;

  # What there has to be beside the links, or in the place of some.
  more = {
    apacheHttpd = ''
      ln -sfn lib/apache2/modules share/apache2/icons $out/
      ln -sfn share/apache2/error $out/error
      mkdir -p $out/conf/extra $out/htdocs
      ln -sfn ${files}/etc/mime.types $out/conf/mime.types
      touch $out/conf/magic $out/conf/extra/httpd-{default,autoindex,multilang-errordoc,languages}.conf
      echo '<html><body><h1>It works!</h1></body></html>' >$out/htdocs/index.html
      cat >$out/bin/httpd <<'END'
      #!${files}/bin/bash
      # Debian's has some modules compiled in, and refuses to load them.
      arguments=()
      while [ $# -gt 0 ]; do
        if [ "$1" = -f ]; then
          ${files}/usr/bin/sed -E '/^LoadModule (core|http|log_config|logio|so|unixd|version|watchdog)_module /d' "$2" \
            >/run/httpd/debian.conf
          set -- -f /run/httpd/debian.conf "''${@:3}"
          arguments+=("$1" "$2")
          shift
        else
          arguments+=("$1")
        fi
        shift
      done
      exec ${files}/usr/sbin/apache2 "''${arguments[@]}"
      END
      chmod +x $out/bin/httpd
      echo "#!${files}/bin/bash" >$out/bin/apachectl
      chmod +x $out/bin/apachectl
    '';
    locales = "mkdir -p lib && ln -sfn ${files}/usr/lib/locale lib/locale";
    gawk = "ln -sfn gawk $out/bin/awk";
    bash = "ln -sfn bash $out/bin/sh";
    bashInteractive = "ln -sfn bash $out/bin/sh";
    bashNonInteractive = "ln -sfn bash $out/bin/sh";
    dash = "ln -sfn dash $out/bin/sh";
    libressl = "ln -sfn nc.openbsd $out/bin/nc";
    netcat = "ln -sfn nc.openbsd $out/bin/nc";
    which = "ln -sfn which.debianutils $out/bin/which";
    iptables = ''
      rm $out/bin/*
      for name in {ip,ip6}tables{,-save,-restore} {ip,ip6}tables-nft{,-save,-restore}; do
        ln -sfn ${
          wrapper {
            program = "${files}/usr/sbin/xtables-nft-multi";
            variables.XTABLES_LIBDIR = "${files}/usr/lib/x86_64-linux-gnu/xtables";
          }
        } $out/bin/$name
      done
    '';
    kmod = "for name in depmod insmod lsmod modinfo modprobe rmmod; do ln -sfn ${files}/usr/bin/kmod $out/bin/$name; done";
    cacert = ''
      mkdir -p $out/etc/ssl/certs
      cat ${files}/usr/share/ca-certificates/mozilla/*.crt >$out/etc/ssl/certs/ca-bundle.crt
    '';
    linux-pam = "";
    tzdata = "";
    iana-etc = "";
    mailcap = "mkdir -p $out/etc/nginx && ln -sfn ${files}/etc/nginx/mime.types $out/etc/nginx/mime.types";
    nginxStable = ''
      ln -sfn ${files}/etc/nginx $out/conf
      rm -f $out/bin/nginx
      cat >$out/bin/nginx <<'END'
      #!${files}/bin/bash
      # Debian's has directories of its own for what it receives, which are not there.
      arguments=()
      while [ $# -gt 0 ]; do
        if [ "$1" = -c ]; then
          ${files}/usr/bin/sed -E '/^http \{/ {
            a client_body_temp_path /tmp/nginx_client_body; proxy_temp_path /tmp/nginx_proxy;
            a fastcgi_temp_path /tmp/nginx_fastcgi; uwsgi_temp_path /tmp/nginx_uwsgi; scgi_temp_path /tmp/nginx_scgi;
          }' "$2" >/run/nginx/debian.conf
          set -- -c /run/nginx/debian.conf "''${@:3}"
          arguments+=("$1" "$2")
          shift
        else
          arguments+=("$1")
        fi
        shift
      done
      exec ${files}/usr/sbin/nginx "''${arguments[@]}"
      END
      chmod +x $out/bin/nginx
    '';
    postgresql_17 = "ln -s $out/lib/postgresql/18/bin/* bin/";
    systemd = ''
      mkdir -p $out/example
      mv $out/lib/systemd/system $out/lib/systemd/user $out/example/ 2>/dev/null
      mkdir -p $out/example/systemd
      mv $out/example/system $out/example/user $out/example/systemd/
      # Those that NixOS names and Debian has not, or not in these packages: masked.
      for unit in ${toString missingUnits}; do
        [ -e $out/example/systemd/system/$unit ] || touch $out/example/systemd/system/$unit
      done
      for directory in tmpfiles.d sysctl.d sysusers.d; do
        if [ -d $out/lib/$directory ]; then mv $out/lib/$directory $out/example/; fi
      done
      # NixOS looks for its path of systemd in there.
      rm $out/example/sysctl.d/50-coredump.conf
      sed "s|[^ |]*/systemd-coredump|$out/lib/systemd/systemd-coredump|" ${files}/usr/lib/sysctl.d/50-coredump.conf \
        >$out/example/sysctl.d/50-coredump.conf
      ln -sfn ${
        wrapper {
          program = "${files}/usr/lib/systemd/systemd";
          linked = {
            "/run/systemd-lib" = "${files}/usr/lib/systemd-programs";
            "/run/dbus-broker-bin" = "${files}/usr/bin/dbus-broker";
            "/usr/sbin" = "${files}/usr/lib/systemd-path";
            "/usr/bin/mount" = "${files}/usr/bin/mount";
            "/usr/bin/umount" = "${files}/usr/bin/umount";
          };
        }
      } $out/lib/systemd/systemd
      ln -sfn $out/lib/systemd/systemd $out/bin/init
    '';
  };
  missingUnits = [
    "cryptsetup-pre.target"
    "cryptsetup.target"
    "remote-cryptsetup.target"
    "systemd-bless-boot.service"
    "systemd-boot-random-seed.service"
    "systemd-bootctl.socket"
    "systemd-bootctl@.service"
    "systemd-oomd.service"
    "systemd-oomd.socket"
    "systemd-pcrextend.socket"
    "systemd-pcrextend@.service"
    "systemd-pcrlock.socket"
    "systemd-pcrlock@.service"
    "systemd-repart.socket"
    "systemd-repart@.service"
    "systemd-tpm2-clear.service"
    "systemd-tpm2-setup-early.service"
    "systemd-tpm2-setup.service"
    "systemd-update-utmp.service"
    "systemd-vconsole-setup.service"
  ];
  systemd = links.systemd // {
    inherit (prev.systemd.passthru) interfaceVersion;
  };

  # Whatever release is asked for, it is this one.
  postgresql = links.postgresql_17 // {
    version = "18";
    psqlSchema = "18";
    withJIT = postgresql;
    withoutJIT = postgresql;
    withPackages = _: postgresql;
    installedExtensions = [ ];
  };

  # All of Debian's modules are there.
  perl = amended "perl" ''
    rm $out/bin/perl
    printf '#!${files}/bin/bash\nLOCPATH=${files}/usr/lib/locale PERL5LIB=${perlPath} exec ${files}/usr/bin/perl "$@"\n' >$out/bin/perl
    chmod +x $out/bin/perl
  '';

  prometheus-node-exporter = amended "prometheus-node-exporter" "ln -s prometheus-node-exporter $out/bin/node_exporter";

  # It looks for its plugins beside its libraries.
  mosquitto = amended "mosquitto" "ln -sf $out/lib/mosquitto/* $out/lib/";

  # The conversions that pkgs.formats ask for.
  remarshal = withOutputs prev.remarshal (
    final.stdenvNoCC.mkDerivation (
      describe prev.remarshal
      // {
        dontUnpack = true;
        installPhase = ''
          mkdir -p $out/bin
          for name in json2yaml yaml2json remarshal; do
            cat >$out/bin/$name <<'END'
          #!${files}/usr/bin/python3
          import json, sys, yaml
          arguments, files, keys = iter(sys.argv[1:]), [], []
          for argument in arguments:
              if argument == "--unwrap":
                  keys.append(next(arguments))
              elif not argument.startswith("-"):
                  files.append(argument)
          with open(files[0]) as source:
              value = yaml.safe_load(source)
          for key in keys:
              value = value[key]
          with open(files[1], "w") if len(files) > 1 else sys.stdout as target:
              if sys.argv[0].endswith("2json"):
                  json.dump(value, target)
              else:
                  yaml.safe_dump(value, target, default_flow_style=False, allow_unicode=True)
          END
            chmod +x $out/bin/$name
          done
        '';
      }
    )
  );
in
{
  # What has to be there, beside Nixpkgs, where these packages are evaluated.
  debianSources = [
    source
    (builtins.storePath (toString ./.))
  ]
  ++ lib.optional (switchToConfiguration != null) switchToConfiguration;

  inherit fetchurl kernel;
  stdenvNoLibc = final.stdenv;
  binutils = final.stdenv.cc.bintools;
  bintools = final.stdenv.cc.bintools;
  gcc = final.stdenv.cc;
  pkgsStatic = final;
  glibcLocales = locales;
  glibcLocalesUtf8 = locales;
  linuxHeaders = nothing prev.linuxHeaders;
  linuxPackages_latest = final.linuxPackages;
  linuxPackages = lib.makeExtensible (_: {
    inherit kernel;
    inherit (final) stdenv;
    inherit (kernel) kernelOlder kernelAtLeast;
  });
  perl = perl // {
    withPackages = _: perl;
    pkgs = prev.perlPackages;
    libPrefix = "share/perl5";
  };
  inherit mosquitto prometheus-node-exporter;
  postgresql_17 = postgresql;
  postgresql_18 = postgresql;
  systemdMinimal = links.systemd;
  systemdLibs = links.systemd;
  systemdUkify = links.systemd;
  udev = links.systemd;
  unbound-with-systemd = links.unbound;

  # The wrappers of programs with privileges take a header from the sources of the C library.
  srcOnly =
    package:
    if package.outPath or null == links.glibc.outPath then
      final.stdenvNoCC.mkDerivation {
        name = "glibc-source";
        unpackPhase = ''
          mkdir -p source/sysdeps/generic
          echo '#define UNSECURE_ENVVARS "LD_AUDIT\0" "LD_LIBRARY_PATH\0" "LD_PRELOAD\0"' >source/sysdeps/generic/unsecvars.h
          sourceRoot=source
        '';
        installPhase = "cp -r . $out";
      }
    else
      prev.srcOnly package;

  # Debian has the units in a package of its own.
  nix = amended "nix" ''
    mkdir -p $out/lib/tmpfiles.d $out/lib/systemd/system
    echo "d /nix/var/nix/daemon-socket 0755 root root - -" >$out/lib/tmpfiles.d/nix-daemon.conf
    printf '%s\n' '[Unit]' 'Description=Nix Daemon' 'RequiresMountsFor=/nix/store /nix/var' \
      'ConditionPathIsReadWrite=/nix/var/nix/daemon-socket' '[Service]' \
      "ExecStart=@$out/bin/nix-daemon nix-daemon --daemon" 'KillMode=process' >$out/lib/systemd/system/nix-daemon.service
    printf '%s\n' '[Unit]' 'Description=Nix Daemon Socket' 'RequiresMountsFor=/nix/store' \
      'ConditionPathIsReadWrite=/nix/var/nix/daemon-socket' '[Socket]' \
      'ListenStream=/nix/var/nix/daemon-socket/socket' '[Install]' 'WantedBy=sockets.target' >$out/lib/systemd/system/nix-daemon.socket
  '';
  shadow = amended "shadow" ''
    for name in chfn chsh newgidmap newgrp newuidmap passwd sg su; do
      [ -e $out/bin/$name ] || ln -s $([ -e ${files}/usr/bin/$name ] && echo ${files}/usr/bin/$name || echo ${files}/usr/bin/false) $out/bin/$name
    done
  '';

  shared-mime-info = script prev.shared-mime-info "update-mime-database" ''
    #!${files}/bin/bash
  '';
  desktop-file-utils = script prev.desktop-file-utils "update-desktop-database" ''
    #!${files}/bin/bash
  '';

  texinfo = script prev.texinfo "install-info" ''
    #!${files}/bin/bash
  '';
  texinfoInteractive = final.texinfo;
  hello = prev.hello.overrideAttrs {
    src = null;
    dontUnpack = true;
    dontConfigure = true;
    dontBuild = true;
    doCheck = false;
    doInstallCheck = false;
    postInstall = "";
    installPhase = ''
      mkdir -p $out/bin
      printf '#!${files}/bin/bash\necho "Hello, world!"\n' >$out/bin/hello
      chmod +x $out/bin/hello
    '';
  };

  # What checks the configuration of nginx, and what makes it pretty.
  gixy = script prev.gixy "gixy" ''
    #!${files}/bin/bash
  '';
  nginx-config-formatter = script prev.nginx-config-formatter "nginxfmt" ''
    #!${files}/bin/bash
    exec ${files}/usr/bin/cat
  '';

  # The server of Samba has its client among the wrappers.
  cifs-utils = script prev.cifs-utils "mount.cifs" ''
    #!${files}/bin/bash
    exit 1
  '';

  # There are no fonts.
  fontconfig = script prev.fontconfig "fc-cache" ''
    #!${files}/bin/bash
  '';

  lndir = script prev.lndir "lndir" ''
    #!${files}/bin/bash
    while [[ $1 == -* ]]; do shift; done
    [ -d "$1" ] || exit 0
    exec ${files}/usr/bin/cp --recursive --symbolic-link --update=none "$(${files}/usr/bin/realpath "$1")/." "''${2:-.}"
  '';

  remarshal = remarshal;
  remarshal_0_17 = remarshal;

  # Each process looks itself for users and hosts: all there is to this one is that it is there.
  nsncd = withOutputs prev.nsncd (
    final.stdenv.mkDerivation (
      describe prev.nsncd
      // {
        dontUnpack = true;
        buildInputs = [ links.systemd ];
        source = ''
          #include <systemd/sd-daemon.h>
          #include <unistd.h>

          int main(void) {
                  sd_notify(0, "READY=1");
                  for (;;)
                          pause();
          }
        '';
        passAsFile = [ "source" ];
        installPhase = "mkdir -p $out/bin; $CC -x c -O1 -o $out/bin/nsncd $sourcePath -x none -lsystemd";
      }
    )
  );

  switch-to-configuration-ng =
    if switchToConfiguration == null then
      script prev.switch-to-configuration-ng "switch-to-configuration" ''
        #!${files}/bin/bash
        echo "There is no switch-to-configuration: SWITCH_TO_CONFIGURATION was not set." >&2
        exit 1
      ''
    else
      withOutputs prev.switch-to-configuration-ng (
        final.stdenvNoCC.mkDerivation (
          describe prev.switch-to-configuration-ng
          // {
            dontUnpack = true;
            installPhase = ''
              install -D ${switchToConfiguration} $out/bin/switch-to-configuration
              chmod u+w $out/bin/switch-to-configuration
              isELF $out/bin/switch-to-configuration || return 0
              patchelf --set-interpreter ${files}/lib64/ld-linux-x86-64.so.2 --force-rpath \
                --set-rpath ${files}/usr/lib/x86_64-linux-gnu $out/bin/switch-to-configuration
            '';
          }
        )
      );
}
// removeAttrs links [ "perl" "locales" "mosquitto" "nix" "postgresql_17" "prometheus-node-exporter" "shadow" ]
// lib.genAttrs [
  "bcache-tools"
  "btrfs-progs"
  "gnupg"
  "hicolor-icon-theme"
  "host"
  "kexec-tools"
  "kmod-blacklist-ubuntu"
  "kmod-debian-aliases"
  "makeInitrdNGTool"
  "man-db"
  "mdadm"
  "nix-bash-completions"
  "nix-info"
  "nixos-build-vms"
  "nixos-enter"
  "nixos-firewall-tool"
  "nixos-generate-config"
  "nixos-init"
  "nixos-install"
  "nixos-option"
  "nixos-rebuild-ng"
  "sound-theme-freedesktop"
] (name: nothing prev.${name})
