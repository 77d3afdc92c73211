# SPDX-License-Identifier: MIT
# From the options of a container to its entry in the manifest, which is described in nixos-containers.yaml(5). Needs nothing but
# builtins. What has its default is left out: the generator knows the defaults, and a short manifest is quick to read.
let
  flags = import ./flags.nix;

  # The attributes that @defaults names, where they are something else.
  given =
    defaults: options:
    builtins.intersectAttrs (builtins.removeAttrs defaults (
      builtins.filter (name: !(options ? ${name}) || options.${name} == defaults.${name}) (
        builtins.attrNames defaults
      )
    )) options;

  # Adds @name, unless there is nothing in it.
  unlessEmpty = name: value: if value == [ ] || value == { } then { } else { ${name} = value; };

  link =
    options:
    addressOf "hostAddress" options
    // addressOf "localAddress" options
    // given {
      hostBridge = null;
      localMacAddress = null;
    } options
    // unlessEmpty "forwardPorts" (map forward (options.forwardPorts or [ ]));

  # The address @name and that of IPv6. An IPv6 address works as the only one, too.
  addressOf =
    name: options:
    let
      address = options.${name} or null;
      isIPv6 = address != null && builtins.match ".*:.*" address != null;
    in
    if isIPv6 && options."${name}6" or null == null then
      { "${name}6" = address; }
    else
      given {
        ${name} = null;
        "${name}6" = null;
      } options;

  forward =
    options:
    {
      inherit (options) hostPort;
    }
    // given {
      protocol = "tcp";
      containerPort = null;
      hostIP = null;
      openFirewall = false;
    } options;

  # A mount point that has options of systemd-nspawn's behind a colon, which NixOS has let through, as { name, idmap }.
  mountPointAndIdmap =
    mountPoint:
    let
      parts = builtins.match "(.+):((no)?(idmap|rbind)|rootidmap|owneridmap)(,.*)?" mountPoint;
      option = builtins.elemAt parts 1;
      isIdmap = builtins.match ".*idmap" option != null;
    in
    if parts == null then
      {
        name = mountPoint;
        idmap = null;
      }
    else
      {
        name = builtins.head parts;
        idmap = if isIdmap then option else null;
      };

  bindMount =
    key: options:
    let
      place = mountPointAndIdmap (options.mountPoint or key);
    in
    {
      inherit (place) name;
      value = bindMountValue (
        options // (if options.idmap or null == null then { inherit (place) idmap; } else { })
      );
    };

  bindMountValue =
    options:
    given {
      hostPath = null;
      isReadOnly = true;
      hostPathMode = "0755";
      hostPathUser = "root";
      hostPathGroup = "root";
      idmap = null;
    } options;

  # The short way to say it.
  usersOf = options: if options.unprivileged or null == true then { privateUsers = "pick"; } else { };

  # The system as it is called in the container, where NAME's own profiles are all the profiles there are.
  systemIn =
    name: path:
    let
      below = builtins.match "/nix/var/nix/profiles/per-container/${builtins.replaceStrings [ "." ] [ "\\." ] name}/(.+)" path;
    in
    if below == null then path else "/nix/var/nix/profiles/${builtins.head below}";
in
name: options:
{
  system =
    if options.flake or null != null then
      "/nix/var/nix/profiles/system"
    else
      systemIn name "${options.path}";
}
// given {
  autoStart = false;
  ephemeral = false;
  privateNetwork = false;
  enableTun = false;
  restartIfChanged = true;
  internetAccess = null;
  resolvConf = null;
  interfaces = [ ];
  macvlans = [ ];
  privateUsers = "no";
  additionalCapabilities = [ ];
  dropCapabilities = [ ];
  allowedDevices = [ ];
  tmpfs = [ ];
  timeoutStartSec = "1min";
  timeoutReloadSec = "10min";
  memoryMax = null;
  cpuQuota = null;
  tasksMax = null;
  noNewPrivileges = false;
  systemCallFilter = [ ];
  after = [ ];
  requires = [ ];
  wants = [ ];
} (usersOf options // options)
// (if options.isolateStore or false then { inherit (options) closure; } else { })
// unlessEmpty "credentials" (
  # A secret does not belong into the store, so a path that is written without quotes is not copied there.
  builtins.mapAttrs (_: credential: { path = toString credential.path; }) (options.credentials or { })
)
// link options
// unlessEmpty "extraFlags" (builtins.concatMap flags.words (options.extraFlags or [ ]))
// (
  if options.networkNamespace or null == null then
    { }
  else
    # A path of the host, which does not belong into the store even if it is written without quotes.
    { networkNamespace = toString options.networkNamespace; }
)
// unlessEmpty "extraVeths" (builtins.mapAttrs (_: link) (options.extraVeths or { }))
// unlessEmpty "bindMounts" (
  builtins.listToAttrs (
    map (key: bindMount key options.bindMounts.${key}) (builtins.attrNames (options.bindMounts or { }))
  )
)
