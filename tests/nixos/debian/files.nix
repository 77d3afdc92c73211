# SPDX-License-Identifier: MIT
# Debian's files, relocated: @source is their tree in the store, as make-source has put it there.
source:
let
  libraries = "${source}/usr/lib/x86_64-linux-gnu";
in
derivation {
  name = "debian-files";
  system = "x86_64-linux";
  src = source;
  # Nothing of the tree can run by itself before it is relocated.
  builder = "${libraries}/ld-linux-x86-64.so.2";
  args = [
    "--library-path"
    libraries
    "${source}/usr/bin/python3"
    "-I"
    ./relocate.py
  ];
}
