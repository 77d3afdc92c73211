# SPDX-License-Identifier: MIT
# A host with two containers for each of @services, which are set up as in tests/nix/services: NAME, and NAME-u, which is unprivileged, if
# it is none of @privilegedOnly. @packages are what the host asks the services with, and the services themselves, for their versions. @more
# is what the containers of a service have in their configuration beside that.
{
  services,
  packages,
  more ? _: { },
  privilegedOnly ? [ ],
}:
let
  container = import ./container.nix;
in
{
  first =
    { lib, pkgs, ... }:
    let
      pair =
        index: service:
        let
          make =
            number:
            container "192.168.100.${toString (20 + 2 * index + number)}" {
              imports = [
                (../../nix/services + "/${service}.nix")
                (more service)
              ];
            }
            // {
              # They all start at the same time.
              timeoutStartSec = "5min";
            };
        in
        {
          ${service} = make 0;
        }
        // lib.optionalAttrs (!lib.elem service privilegedOnly) {
          "${service}-u" = make 1 // {
            unprivileged = true;
          };
        };
    in
    {
      environment.systemPackages = packages pkgs;
      containers = lib.mergeAttrsList (lib.imap0 pair services);
    };
}
