# SPDX-License-Identifier: MIT
# What is no address.
{
  bad = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-bad";
    privateNetwork = true;
    hostAddress = "192.168.100";
    hostAddress6 = "fc00::1/64";
    localAddress = "192.168.100.256/24";
    localAddress6 = "fc00:::2";
    extraVeths = {
      a.localAddress = "10.0.0.01";
      b.localAddress = "10.0.0.1/33";
      c.localAddress = "fc00::2";
      c.localAddress6 = "fc00::3";
      d.localAddress6 = "10.0.0.1";
      e.localAddress6 = "1:2:3:4:5:6:7::8:9";
      f.localAddress6 = "1::2::3";
      g.localAddress6 = "fc00::2/129";
      h.localAddress6 = "::ffff:10.0.0.256";
      i.hostAddress = "10.0.0.1/24";
      j.localAddress6 = "12345::";
      k.localAddress = "10.0.0.1/024";
      l.localAddress6 = "10.0.0.1::";
      m.localAddress6 = ":1:2:3:4:5:6:7";
    };
  };
}
