# SPDX-License-Identifier: MIT
# Containers of another kind.
{
  virtualisation.docker.enable = true;
}
