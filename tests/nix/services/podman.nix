# SPDX-License-Identifier: MIT
# Containers of another kind, one of them declared.
{
  virtualisation.podman.enable = true;
  virtualisation.oci-containers = {
    backend = "podman";
    containers.web.image = "docker.io/library/nginx";
  };
}
