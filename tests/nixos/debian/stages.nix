# SPDX-License-Identifier: MIT
# The stages of a Nixpkgs that has Debian's files: its standard environment, and the packages that are links to them. @nixpkgs is where
# the rest of it comes from, @source Debian's files as they came.
{ nixpkgs, source, switchToConfiguration ? null }:
{
  lib,
  localSystem,
  crossSystem,
  config,
  overlays,
  crossOverlays ? [ ],
}:
let
  files = import ./files.nix source;
  generic = import (nixpkgs + "/pkgs/stdenv/generic") { defaultConfig = config; };
  shell = "${files}/bin/bash";

  environment =
    { cc, fetchurl, overrides }:
    generic {
      name = "stdenv-debian";
      buildPlatform = localSystem;
      hostPlatform = localSystem;
      targetPlatform = localSystem;
      initialPath = [
        files
        "${files}/usr"
      ];
      preHook = ''
        export NIX_ENFORCE_PURITY= NIX_ENFORCE_NO_NATIVE=
        export PKG_CONFIG_LIBDIR=${files}/usr/lib/x86_64-linux-gnu/pkgconfig:${files}/usr/share/pkgconfig PKG_CONFIG_SYSROOT_DIR=${files}
        export PERL5LIB=${perlPath}
      '';
      fetchurlBoot = fetchurl;
      inherit shell cc overrides;
    };

  perlPath = lib.concatMapStringsSep ":" (directory: "${files}/${directory}") [
    "etc/perl"
    "usr/share/perl5"
    "usr/lib/x86_64-linux-gnu/perl-base"
  ];

  withoutCompiler = environment {
    cc = null;
    fetchurl = null;
    overrides = _: _: { };
  };

  fetchurl = import (nixpkgs + "/pkgs/build-support/fetchurl") {
    inherit lib;
    stdenvNoCC = withoutCompiler;
    curl = null;
    inherit (config) hashedMirrors rewriteURL;
  };

  # Debian's compiler, which takes the tree for the root directory, and whose programs find their libraries there.
  compiler = import ./compiler.nix {
    inherit files;
    stdenv = withoutCompiler;
  };

  cc = wrapped // {
    cc = files // { lib = files; version = "15"; isGNU = true; };
    inherit libc;
    isGNU = true;
  };
  # What there is of it is in the tree already, but this, which NixOS expects to be with it.
  libc =
    let
      self =
        withoutCompiler.mkDerivation {
          name = "libc-debian";
          dontUnpack = true;
          installPhase = "mkdir -p $out/bin; ln -s ${files}/usr/sbin/nscd $out/bin/";
        }
        // {
          bin = self;
          dev = self;
          static = self;
        };
    in
    self;
  wrapped = wrap "cc" {
    bintools = wrap "bintools" { } // {
      bintools = files // { lib = files; bin = files; };
    };
  };
  wrap =
    name: arguments:
    import (nixpkgs + "/pkgs/build-support/${name}-wrapper") (
      {
        name = "${name}-debian";
        nativeTools = true;
        nativeLibc = true;
        nativePrefix = "${compiler}";
        propagateDoc = false;
        expand-response-params = "";
        inherit lib;
        runtimeShell = shell;
        stdenvNoCC = withoutCompiler;
      }
      // arguments
    );
in
[
  (_: {
    __raw = true;
    stdenv = withoutCompiler;
    stdenvNoCC = withoutCompiler;
    inherit cc fetchurl;
  })
  (_: {
    inherit config overlays;
    stdenv =
      environment {
        inherit cc fetchurl;
        overrides = import ./packages.nix { inherit source files fetchurl switchToConfiguration; };
      }
      // {
        inherit fetchurl;
      };
  })
]
