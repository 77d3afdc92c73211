# SPDX-License-Identifier: MIT
# Containers in a container.
{
  containers.inner = {
    autoStart = true;
    config.system.stateVersion = "26.05";
  };
}
