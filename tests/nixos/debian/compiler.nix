# SPDX-License-Identifier: MIT
# Debian's compiler and binary tools as programs of their own.
{ stdenv, files }:
stdenv.mkDerivation {
  name = "compiler-debian";
  dontUnpack = true;
  installPhase = ''
    mkdir -p $out/bin
    for tool in addr2line ar as c++filt elfedit gprof ld ld.bfd nm objcopy objdump ranlib readelf size strings strip; do
      [ -e ${files}/usr/bin/$tool ] && ln -s ${files}/usr/bin/$tool $out/bin/
    done
    cat >$out/bin/gcc <<END
    #!${files}/bin/bash
    dynamic=(-Wl,--dynamic-linker=${files}/lib64/ld-linux-x86-64.so.2 -Wl,--disable-new-dtags -Wl,-rpath=${files}/usr/lib/x86_64-linux-gnu)
    # What is linked statically needs no loader, and crashes if it names one.
    case " \$* " in *" -static"*) dynamic=() ;; esac
    exec ${files}/usr/bin/gcc --sysroot=${files} -B$out/bin/ "\''${dynamic[@]}" "\$@"
    END
    chmod +x $out/bin/gcc
    ln -s gcc $out/bin/cc
    ln -s ${files}/usr/bin/cpp $out/bin/cpp
  '';
}
