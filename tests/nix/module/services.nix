# SPDX-License-Identifier: MIT
# A host with a privileged and an unprivileged container of @service, a case in ../services: what is wrong and what the host is warned of,
# as run writes it into a file. Both systems are evaluated.
{ service }:
let
  inherit (import ./host.nix) host lib small;

  container = {
    privateNetwork = true;
    hostAddress = "192.168.100.10";
    config.imports = [
      small
      (../services + "/${service}.nix")
    ];
  };
  inherit
    (host {
      containers.privileged = container // {
        localAddress = "192.168.100.11";
      };
      containers.unprivileged = container // {
        localAddress = "192.168.100.12";
        unprivileged = true;
      };
    })
    config
    ;

  systems = map (container: "${container.path}") (lib.attrValues config.containers);
  failed = lib.filter (assertion: !assertion.assertion) config.assertions;
in
lib.concatMapStrings (line: "${line}\n") (
  [ "@@ services/${service}.messages" ]
  ++ map (assertion: assertion.message) failed
  ++ builtins.deepSeq systems config.warnings
)
