# SPDX-License-Identifier: MIT
# Conversations, with their database beside it.
{
  services.matrix-synapse = {
    enable = true;
    settings.server_name = "example.org";
  };
  services.postgresql.enable = true;
}
