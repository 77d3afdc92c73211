# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
# For scripts that build NixOS: $nixpkgs is <nixpkgs>. open_store says with what packages, or that it is skipped, and ends the script. Then
# `store COMMAND…` runs a command of Nix on the store below $build/store, and SWITCH_TO_CONFIGURATION is empty if there is no such program.
# The script has set $here, this directory, and $build.

if nixpkgs=$(nix-instantiate --find-file nixpkgs 2>/dev/null); then nixpkgs=$(realpath "$nixpkgs"); fi
debian=$build/debian

# Whether packages can be had that somebody has built.
has_built_packages() {
  local cache
  for cache in $(nix show-config 2>/dev/null | sed -n 's/^substituters = //p'); do
    curl --silent --fail --max-time 10 "$cache/nix-cache-info" >/dev/null && return 0
  done
  return 1
}

# With Debian's files: its Nix, which sees another default.nix in <nixpkgs>, with the stages that have those files. All that it names is in
# the store, as a host with a copy of <nixpkgs> has that, too.
take_debian() {
  local switch=
  if ! cmp --quiet "$here/debian/packages.list" "$debian.list"; then
    "$here/debian/make-source" "$debian"
    cp "$here/debian/packages.list" "$debian.list"
  fi
  store() (
    libraries=$debian/usr/lib/x86_64-linux-gnu
    # shellcheck disable=SC2016
    exec unshare --mount bash -c 'mount --bind "$1" "$2" && exec "${@:3}"' - "$build/nixpkgs.nix" "$nixpkgs/default.nix" \
      "$libraries/ld-linux-x86-64.so.2" --argv0 "$1" --library-path "$libraries" "$debian/usr/bin/nix" "${@:2}"
  )
  if [ -n "${SWITCH_TO_CONFIGURATION-}" ]; then switch=$(nix-store --add "$SWITCH_TO_CONFIGURATION"); fi
  sed -e "s|@debian@|$(nix-store --add "$here/debian")|" -e "s|@source@|$(nix-store --add "$debian")|" -e "s|@switch@|$switch|g" \
    "$here/debian/nixpkgs.nix" >"$build/nixpkgs.nix"
}

open_store() {
  if [ -z "$nixpkgs" ]; then
    echo "skipped: there is no <nixpkgs>"
    exit 0
  fi
  mkdir -p "$build"
  export NIX_REMOTE="local?root=$build/store"
  export NIX_CONFIG=$'build-users-group =\nsandbox = true\nsandbox-paths ='
  if has_built_packages; then
    store() { "$@"; }
    from="the packages of a binary cache"
    SWITCH_TO_CONFIGURATION=nixpkgs
  else
    NIX_CONFIG+=$'\nsubstitute = false\nmax-jobs = auto\nbuild-hook ='
    take_debian
    from="Debian's files"
  fi
  echo "nixpkgs $(nix-instantiate --eval --expr '(import <nixpkgs/lib>).version' | tr -d '"'), with $from"
}

# build_and_boot STORY: its first generation, with $run for the directory of the host, and $generations for what can be switched to. Until the (sub)shell
# ends.
build_and_boot() {
  generations=$(store nix-build "$here/hosts.nix" --argstr story "$1" --no-out-link 2>"$build/$1.log") || {
    tail -n 30 "$build/$1.log"
    exit 1
  }
  run=$(mktemp -d /tmp/nixos-containers-nixos.XXXXXX)
  trap '"$here/../host/halt" "$run" 2>/dev/null || true; rm -rf "$run"' EXIT
  "$here/boot" "$build" "$build/store" "$generations" "$run" >"$run/state"
}
