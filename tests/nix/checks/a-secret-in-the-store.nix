# SPDX-License-Identifier: MIT
# Everybody can read it there.
{
  open = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-open";
    credentials."my [key]".path = "/nix/store/00000000000000000000000000000000-key";
    credentials.good.path = "/run/secrets/key";
  };
}
