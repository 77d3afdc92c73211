# The host's side of the containers' networks: what it takes to have them, and that nothing else on the host configures them.
{
  config,
  lib,
  ...
}:
let
  entries = config.boot.containerGenerator.manifest.containers;
  names = lib.attrNames entries;

  extraVeths = lib.unique (
    lib.concatMap (entry: lib.attrNames (entry.extraVeths or { })) (lib.attrValues entries)
  );

  # A pattern for the host's end of the main link. Of a long name only the first 11 characters are known: a hash follows.
  linkPattern =
    name:
    let
      prefix = if entries.${name} ? hostBridge then "vb-" else "ve-";
      link = prefix + name;
    in
    if lib.stringLength link > 15 then "${lib.substring 0 11 link}????" else link;

  links = map linkPattern (lib.filter (name: entries.${name}.privateNetwork or false) names);

  # Where the host reaches a container: by its main link, or else by another one.
  addressOf =
    option: entry:
    let
      candidates =
        lib.optional (entry.privateNetwork or false) entry ++ lib.attrValues (entry.extraVeths or { });
      found = lib.filter (link: link ? ${option}) candidates;
    in
    lib.optional (found != [ ]) (lib.head (lib.splitString "/" (lib.head found).${option}));

  hostsOf =
    name:
    map (address: "${address} ${name}.containers\n") (
      addressOf "localAddress" entries.${name} ++ addressOf "localAddress6" entries.${name}
    );
in
{
  config = lib.mkIf config.boot.enableContainers {
    boot.kernelModules = [
      "bridge"
      "macvlan"
      "tap"
      "tun"
    ];

    networking.extraHosts = lib.concatStrings (lib.concatMap hostsOf names);

    networking.dhcpcd.denyInterfaces = [
      "ve-*"
      "vb-*"
    ]
    ++ extraVeths;

    services.udev.extraRules = lib.mkIf config.networking.networkmanager.enable (
      lib.concatMapStrings
        (pattern: ''
          SUBSYSTEM=="net", ENV{INTERFACE}=="${pattern}", ENV{NM_UNMANAGED}="1"
        '')
        (
          [
            "ve-*"
            "vb-*"
          ]
          ++ extraVeths
        )
    );

    # systemd's 80-container-ve.network would give them other addresses. Yours come first, if they sort before this one.
    systemd.network.networks."79-nixos-containers" = lib.mkIf (links ++ extraVeths != [ ]) {
      matchConfig = {
        Kind = "veth";
        Name = lib.concatStringsSep " " (links ++ extraVeths);
      };
      linkConfig.Unmanaged = true;
    };
  };
}
