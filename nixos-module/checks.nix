# SPDX-License-Identifier: MIT
# Cheap checks of containers at evaluation: options that have no effect or contradict each other, what two containers claim, and what would
# be lost on the way to the manifest. The generator checks the rest, generator/manifest/check.c. Needs nothing but builtins.
#
# @containers are the options of the containers, @entries their entries in the manifest, see manifest.nix. Returns two lists of strings,
# errors and warnings.
containers: entries:
let
  inherit (builtins)
    attrNames
    attrValues
    concatLists
    concatMap
    elem
    elemAt
    filter
    genList
    groupBy
    head
    length
    mapAttrs
    match
    split
    toJSON
    ;
  flags = import ./flags.nix;
  inherit (import ./network.nix) linkOptions portsOf;

  # The path of an option. Names are quoted where Nix requires it.
  below =
    path: name:
    "${path}.${if match "[a-zA-Z_][a-zA-Z0-9_'-]*" name == null then toJSON name else name}";
  item = path: i: "${path}[${toString i}]";
  indexed = f: items: concatLists (genList (i: f i (elemAt items i)) (length items));
  when = condition: text: if condition then [ text ] else [ ];

  hasNetwork = entry: entry.privateNetwork or false;
  hasLocalAddress = link: link ? localAddress || link ? localAddress6;

  errorsOf =
    path: options: entry:
    let
      users = flags.usersOf options;
      mounts = options.bindMounts or { };
      placeOf = key: (flags.mountPoint (mounts.${key}.mountPoint or key)).path;
      places = groupBy placeOf (attrNames mounts);
      without =
        isSet: option:
        when (entry ? networkNamespace && isSet) "${path}.networkNamespace: cannot be combined with ${option}";
    in
    map (place: "${below "${path}.bindMounts" place}: duplicate") (
      filter (place: length places.${place} > 1) (attrNames places)
    )
    ++ without (hasNetwork entry) "privateNetwork"
    ++ concatMap (option: without (entry ? ${option}) option) [
      "interfaces"
      "macvlans"
      "extraVeths"
    ]
    ++ when
      (
        options.unprivileged or null != null
        &&
          options.unprivileged == elem users [
            "no"
            "identity"
            "0"
          ]
      )
      "${path}.unprivileged: ${toJSON options.unprivileged} conflicts with privateUsers = \"${users}\"${
        if users != toString (options.privateUsers or "no") then ", set by extraFlags" else ""
      }";

  warningsOf =
    path: options: entry:
    let
      internetLacks =
        if !(hasNetwork entry) then
          "without privateNetwork: true"
        else if entry ? hostBridge then
          "with hostBridge: internet access depends on the bridge's network"
        else if !(entry ? hostAddress || entry ? hostAddress6) then
          "without hostAddress or hostAddress6 (the container's gateway)"
        else
          null;
      resolvConf = match "(copy|replace|bind)-(static|stub)" (entry.resolvConf or "");
      userFlags = filter (users: match "no|identity|pick|[0-9]+" users != null) (
        flags.users (entry.extraFlags or [ ])
      );
      lastUsers = elemAt userFlags (length userFlags - 1);
      mounts = attrNames (entry.bindMounts or { });
      hidden =
        mountPoint: match "(/sys/(block|bus|class|dev|devices|kernel))(/.*)?" mountPoint;
    in
    concatMap
      (option: when (!(hasNetwork entry) && entry ? ${option}) "${path}.${option}: has no effect without privateNetwork: true")
      (linkOptions ++ [ "forwardPorts" ])
    ++ when (
      entry.internetAccess or false && internetLacks != null
    ) "${path}.internetAccess: has no effect ${internetLacks}"
    ++ concatMap (
      name:
      when (
        entry.extraVeths.${name} ? forwardPorts && !hasLocalAddress entry.extraVeths.${name}
      ) "${below "${path}.extraVeths" name}.forwardPorts: has no effect without localAddress or localAddress6 on the same link"
    ) (attrNames (entry.extraVeths or { }))
    ++ when (
      userFlags != [ ] && entry ? privateUsers && toString entry.privateUsers != lastUsers
    ) "${path}.privateUsers: has no effect: overridden by extraFlags (${lastUsers})"
    ++ concatMap (
      place:
      when (hidden place != null && flags.hasOwnLoopback entry && !(entry ? networkNamespace))
        "${below "${path}.bindMounts" place}: has no effect: hidden by systemd-nspawn's own mount on ${head (hidden place)}"
    ) mounts
    ++ when (resolvConf != null && flags.hasOwnLoopback entry)
      "${path}.resolvConf: points to 127.0.0.53 on the host, which a container with its own network cannot reach (use ${head resolvConf}-uplink)"
    ++ concatMap (
      id:
      when (match "/nix/store/.*" entry.credentials.${id}.path != null)
        "${below "${path}.credentials" id}.path: is in the world-readable Nix store"
    ) (attrNames (entry.credentials or { }))
    ++ when (
      length options.extraFlags or [ ] < length entry.extraFlags or [ ]
    ) "${path}.extraFlags: items with several arguments are split at spaces: write each argument as its own item"
    ++ concatMap (
      key:
      let
        mountPoint = options.bindMounts.${key}.mountPoint or key;
      in
      when (flags.mountPoint mountPoint).isCut "${path}.bindMounts: \"${mountPoint}\" has mount options after the colon that are ignored"
    ) (attrNames (options.bindMounts or { }));

  # Where a forward of @link listens: on all addresses of a family, including localhost, or on one.
  placesOf =
    link: forward:
    let
      host = forward.hostIP or "";
      hasIPv4 = link ? localAddress;
      hasIPv6 = link ? localAddress6;
      takesBoth = forward.protocol or "tcp" == "tcp" || hasIPv4 == hasIPv6;
    in
    if elem host [ "0.0.0.0" "127.0.0.1" ] then
      [ "" ]
    else if elem host [ "::" "::1" ] then
      [ " over IPv6" ]
    else if host != "" then
      [ " of ${host}" ]
    else
      (if takesBoth || hasIPv4 then [ "" ] else [ ])
      ++ (if takesBoth || hasIPv6 then [ " over IPv6" ] else [ ]);

  # What only one running container can have at a time, as { claim, option }.
  claimsOfLink =
    path: link: isForwarded:
    let
      bridge = if link ? hostBridge then " on bridge ${link.hostBridge}" else "";
      address =
        name:
        if link ? ${name} then
          [
            {
              claim = "address ${head (split "/" link.${name})}${bridge}";
              option = "${path}.${name}";
            }
          ]
        else
          [ ];
      ports =
        i: forward:
        concatMap (
          place:
          map (port: {
            claim = "host port ${forward.protocol or "tcp"} ${toString port}${place}";
            option = "${item "${path}.forwardPorts" i}.hostPort";
          }) (portsOf forward.hostPort)
        ) (placesOf link forward);
    in
    address "localAddress"
    ++ address "localAddress6"
    ++ (if isForwarded then indexed ports (link.forwardPorts or [ ]) else [ ]);

  interface = option: name: {
    claim = "network interface ${name}";
    inherit option;
  };

  claimsOf =
    path: entry:
    (if hasNetwork entry then claimsOfLink path entry true else [ ])
    ++ concatMap (
      name:
      let
        option = below "${path}.extraVeths" name;
        link = entry.extraVeths.${name};
      in
      [ (interface option name) ] ++ claimsOfLink option link (hasLocalAddress link)
    ) (attrNames (entry.extraVeths or { }))
    ++ indexed (i: name: [ (interface (item "${path}.interfaces" i) (head (split ":" name))) ]) (
      entry.interfaces or [ ]
    );

  # Two containers may claim the same thing, to run in turn. There is one warning for two options, however many ports they share.
  warningsBetween =
    let
      claimed = concatMap (
        name: map (claim: claim // { inherit name; }) (claimsOf (below "containers" name) entries.${name})
      ) (attrNames entries);
      firsts = mapAttrs (_: head) (groupBy (claim: claim.claim) claimed);
      repeated = filter (claim: firsts.${claim.claim}.name != claim.name) claimed;
      say =
        claim:
        "${claim.option}: ${claim.claim} is also claimed by ${firsts.${claim.claim}.option}: only one of these containers can run at a time";
    in
    map (claims: say (head claims)) (
      attrValues (groupBy (claim: "${claim.option} ${firsts.${claim.claim}.option}") repeated)
    );

  ofEach =
    what:
    concatMap (name: what (below "containers" name) containers.${name} entries.${name}) (
      attrNames entries
    );
in
{
  errors = ofEach errorsOf;
  warnings = ofEach warningsOf ++ warningsBetween;
}
