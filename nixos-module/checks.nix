# SPDX-License-Identifier: MIT
# What the generator would say of a manifest: its errors, which become assertions, and its warnings, in its own words but for the places
# in the file. The rules are those of generator/manifest: scalars.c, schema.c and check.c. Needs nothing but builtins.
#
# @options are the options of the containers, @entries their entries in the manifest, see manifest.nix. Gives two lists of texts, errors
# and warnings.
let
  inherit (builtins)
    any
    attrNames
    concatLists
    concatMap
    elem
    elemAt
    filter
    foldl'
    genList
    groupBy
    head
    isAttrs
    isList
    length
    match
    replaceStrings
    stringLength
    substring
    ;
  flags = import ./flags.nix;
  values = import ./values.nix;
  inherit (values) matches types;

  scalar = type: {
    kind = "scalar";
    inherit type;
  };
  list = type: {
    kind = "list";
    inherit type;
  };
  objects = fields: {
    kind = "objects";
    inherit fields;
  };
  named = type: fields: {
    kind = "named";
    inherit type fields;
  };

  linkFields = {
    hostBridge = scalar types.interfaceName;
    hostAddress = scalar types.ipv4;
    hostAddress6 = scalar types.ipv6;
    localAddress = scalar types.ipv4WithPrefix;
    localAddress6 = scalar types.ipv6WithPrefix;
    localMacAddress = scalar types.macAddress;
    forwardPorts = objects {
      protocol = scalar types.protocol;
      hostPort = scalar types.portRange;
      containerPort = scalar types.port;
      hostIP = scalar types.ipAddress;
      openFirewall = scalar types.bool;
    };
  };

  containerFields = linkFields // {
    system = scalar types.absolutePath;
    autoStart = scalar types.bool;
    ephemeral = scalar types.bool;
    privateNetwork = scalar types.bool;
    enableTun = scalar types.bool;
    restartIfChanged = scalar types.bool;
    internetAccess = scalar types.bool;
    interfaces = list types.interface;
    macvlans = list types.interface;
    extraVeths = named types.interfaceName linkFields;
    networkNamespace = scalar types.absolutePath;
    resolvConf = scalar types.resolvConf;
    bindMounts = named types.absolutePath {
      hostPath = scalar types.absolutePath;
      isReadOnly = scalar types.bool;
      hostPathMode = scalar types.mode;
      hostPathUser = scalar types.user;
      hostPathGroup = scalar types.user;
      idmap = scalar types.idmap;
    };
    privateUsers = scalar types.privateUsers;
    additionalCapabilities = list types.capability;
    dropCapabilities = list types.capability;
    allowedDevices = objects {
      node = scalar types.deviceNode;
      modifier = scalar types.deviceModifier;
    };
    tmpfs = list types.tmpfs;
    extraFlags = list types.text;
    timeoutStartSec = scalar types.timeSpan;
    timeoutReloadSec = scalar types.timeSpan;
    memoryMax = scalar types.memory;
    cpuQuota = scalar types.cpuQuota;
    tasksMax = scalar types.tasks;
    noNewPrivileges = scalar types.bool;
    systemCallFilter = list types.systemCall;
    credentials = named types.credentialId { path = scalar types.absolutePath; };
    closure = scalar types.absolutePath;
    after = list types.unit;
    requires = list types.unit;
    wants = list types.unit;
  };

  # A value as messages show it.
  quote =
    text:
    let
      shown = replaceStrings [ "\\" "\"" "\n" "\t" "\r" ] [ "\\\\" "\\\"" "\\n" "\\t" "\\x0d" ] (
        substring 0 100 text
      );
    in
    "\"${shown}${if stringLength text > 100 then "…" else ""}\"";

  show =
    value:
    if isList value then
      "a list"
    else if isAttrs value then
      "a mapping"
    else if value == true then
      "\"true\""
    else if value == false then
      "\"false\""
    else
      quote (toString value);

  # An option's path. Names are quoted as in Nix, where they have to be.
  part = name: if matches "[a-zA-Z_][a-zA-Z0-9_'-]*" name then name else quote name;
  below = path: name: "${path}.${part name}";
  item = path: i: "${path}[${toString i}]";

  indexed = f: items: genList (i: f i (elemAt items i)) (length items);
  unique = foldl' (known: text: if elem text known then known else known ++ [ text ]) [ ];

  checkValue =
    path: type: value:
    if type.accepts value then [ ] else [ "${path}: ${show value} is not ${type.expected}" ];

  checkField =
    path: field: value:
    if field.kind == "scalar" then
      checkValue path field.type value
    else if field.kind == "list" then
      concatLists (indexed (i: checkValue (item path i) field.type) value)
    else if field.kind == "objects" then
      concatLists (indexed (i: checkFields (item path i) field.fields) value)
    else
      concatMap (
        name:
        checkValue (below path name) field.type name
        ++ checkFields (below path name) field.fields value.${name}
      ) (attrNames value);

  checkFields =
    path: fields: object:
    concatMap (name: checkField "${path}.${name}" fields.${name} object.${name}) (attrNames object);

  # Mount points that are one, although they are written differently or in different places.
  checkMountPoints =
    path: mountPoints:
    let
      normal = map values.normalPath mountPoints;
      isRepeated = i: elem (elemAt normal i) (genList (elemAt normal) i);
    in
    map (i: "${below "${path}.bindMounts" (elemAt normal i)}: is given twice") (
      filter (i: elemAt normal i != null && isRepeated i) (genList (i: i) (length normal))
    )
    ++ map (_: "${path}.bindMounts.\"/\": the root directory of a container cannot be a mount point") (
      filter (mountPoint: mountPoint == "/") (unique normal)
    );

  isAddress =
    parse: object: name:
    object ? ${name} && parse object.${name} != null;
  hasLocalAddress =
    object: isAddress values.ipv4 object "localAddress" || isAddress values.ipv6 object "localAddress6";

  # The address of the host that a forward is limited to, or null.
  hostAddressOf =
    forward:
    let
      parse = address: if values.ipv4 address != null then values.ipv4 address else values.ipv6 address;
    in
    if forward ? hostIP then parse forward.hostIP else null;

  # What can never lead anywhere.
  checkForwards =
    path: link:
    let
      checkForward =
        i: forward:
        let
          option = item "${path}.forwardPorts" i;
          range = values.portRange forward.hostPort;
          host = hostAddressOf forward;
          isIPv4 = length host.words == 4;
          isLoopback = if isIPv4 then head host.words == 127 else host.text == "::1";
          lacks =
            if isLoopback then
              if hasLocalAddress link then null else "localAddress or localAddress6"
            else if isIPv4 then
              if isAddress values.ipv4 link "localAddress" then null else "localAddress"
            else if isAddress values.ipv6 link "localAddress6" then
              null
            else
              "localAddress6";
        in
        (
          if range != null && (forward.containerPort or range.first) + range.last - range.first > 65535 then
            [ "${option}.containerPort: the last port in the container would be above 65535" ]
          else
            [ ]
        )
        ++ (
          if host != null && isLoopback && forward.protocol or "tcp" == "udp" then
            [ "${option}.hostIP: from loopback addresses only TCP is forwarded" ]
          else
            [ ]
        )
        ++ (
          if host != null && lacks != null then
            [ "${option}.hostIP: the container has no ${lacks} to forward to" ]
          else
            [ ]
        );
    in
    concatLists (indexed checkForward (link.forwardPorts or [ ]));

  # Those of an extra link without an address are not forwarded.
  checkAllForwards =
    path: entry:
    (if entry.privateNetwork or false then checkForwards path entry else [ ])
    ++ concatMap (
      name:
      if hasLocalAddress entry.extraVeths.${name} then
        checkForwards (below "${path}.extraVeths" name) entry.extraVeths.${name}
      else
        [ ]
    ) (attrNames (entry.extraVeths or { }));

  hasLink =
    entry:
    entry.privateNetwork or false
    && (
      entry ? hostBridge
      || entry ? localMacAddress
      || hasLocalAddress entry
      || isAddress values.ipv4 entry "hostAddress"
      || isAddress values.ipv6 entry "hostAddress6"
    );

  checkNetworkNamespace =
    path: entry:
    let
      refuse = what: [ "${path}.networkNamespace: cannot be given together with ${what}" ];
      unless = given: what: if given then refuse what else [ ];
    in
    if !(entry ? networkNamespace) then
      [ ]
    else
      unless (entry.privateNetwork or false) "privateNetwork: a container has one network namespace"
      ++ unless (entry ? interfaces) "interfaces"
      ++ unless (entry ? macvlans) "macvlans"
      ++ unless (entry ? extraVeths) "extraVeths";

  # What systemd-resolved writes there is its own address, of the host's loopback.
  checkResolvConf =
    path: entry:
    let
      mode = match "(copy|replace|bind)-(static|stub)" (toString (entry.resolvConf or ""));
    in
    if mode == null || !flags.hasOwnLoopback entry then
      [ ]
    else
      [
        "${path}.resolvConf: leads to 127.0.0.53 of the host, which a container with a network of its own cannot reach: the name servers behind it are those of ${head mode}-uplink"
      ];

  checkUsers =
    path: entry:
    let
      given = filter types.privateUsers.accepts (flags.users (entry.extraFlags or [ ]));
      last = elemAt given (length given - 1);
    in
    if given != [ ] && entry ? privateUsers && toString entry.privateUsers != last then
      [ "${path}.privateUsers: has no effect: extraFlags say ${last}" ]
    else
      [ ];

  # Where a forward takes its ports, as the ends of its claims: at one address, or at all of one family or of both.
  placesOf =
    link: forward:
    let
      host = hostAddressOf forward;
      hasIPv4 = isAddress values.ipv4 link "localAddress";
      hasIPv6 = isAddress values.ipv6 link "localAddress6";
      takesBoth = forward.protocol or "tcp" == "tcp" || hasIPv4 == hasIPv6;
      takesAll =
        any: localhost: hasLocal:
        if host == null then takesBoth || hasLocal else host.text == any || host.text == localhost;
      places =
        (if takesAll "0.0.0.0" "127.0.0.1" hasIPv4 then [ "" ] else [ ])
        ++ (if takesAll "::" "::1" hasIPv6 then [ " over IPv6" ] else [ ]);
    in
    if places == [ ] then [ " of ${host.text}" ] else places;

  # What no two running containers can have at once: { key, text, option }
  claimsOfLink =
    prefix: object: withForwards:
    let
      bridge = if object ? hostBridge then " on bridge ${object.hostBridge}" else "";
      claimAddress =
        parse: name:
        if !isAddress parse object name then
          [ ]
        else
          let
            address = parse object.${name};
          in
          [
            {
              key = "${toString address.words}${bridge}";
              text = "address ${address.text}${bridge}";
              option = "${prefix}${name}";
            }
          ];
      claimPorts =
        i: forward:
        let
          range = values.portRange forward.hostPort;
          claims =
            n:
            map (place: rec {
              text = "host port ${forward.protocol or "tcp"} ${toString (range.first + n)}${place}";
              key = text;
              option = "${item "${prefix}forwardPorts" i}.hostPort";
            }) (placesOf object forward);
        in
        if range == null then [ ] else concatLists (genList claims (range.last - range.first + 1));
    in
    claimAddress values.ipv4 "localAddress"
    ++ claimAddress values.ipv6 "localAddress6"
    ++ (if withForwards then concatLists (indexed claimPorts (object.forwardPorts or [ ])) else [ ]);

  claimInterface = option: name: {
    inherit option;
    key = "network interface ${name}";
    text = "network interface ${name}";
  };

  claimsOf =
    entry:
    (if entry.privateNetwork or false then claimsOfLink "" entry true else [ ])
    ++ concatMap (
      name:
      let
        option = below "extraVeths" name;
        veth = entry.extraVeths.${name};
      in
      [ (claimInterface option name) ] ++ claimsOfLink "${option}." veth (hasLocalAddress veth)
    ) (attrNames (entry.extraVeths or { }))
    ++ concatLists (
      indexed (
        i: name:
        if types.interface.accepts name then
          [ (claimInterface (item "interfaces" i) (values.interfaceOnHost name)) ]
        else
          [ ]
      ) (entry.interfaces or [ ])
    );

  # What is claimed a second time, as @say has it of the claim and the first one. Of two options it is said once, however many ports they
  # have in common.
  sayRepeated =
    say: claims:
    let
      firsts = groupBy (claim: claim.key) claims;
      pair = claim: rec {
        inherit claim;
        first = head firsts.${claim.key};
        options = [
          claim.option
          first.option
        ];
      };
      repeated = filter (pair: pair.claim.option != pair.first.option) (map pair claims);
      isNew = i: i == 0 || (elemAt repeated i).options != (elemAt repeated (i - 1)).options;
    in
    concatLists (indexed (i: pair: if isNew i then [ (say pair.claim pair.first) ] else [ ]) repeated);

  # One container cannot have the same thing twice either.
  checkClaims =
    path:
    sayRepeated (
      claim: first: "${path}.${claim.option}: ${claim.text} is given to ${path}.${first.option} already"
    );

  # The names that interfaces have inside, each of which there can be only once.
  checkInsideNames =
    path: entry:
    let
      veths = attrNames (entry.extraVeths or { });
      interfaces = map values.interfaceInside (entry.interfaces or [ ]);
      first = [ "lo" ] ++ (if hasLink entry then [ "eth0" ] else [ ]);
    in
    map (
      name: "${below "${path}.extraVeths" name}: is the name of another interface in the container"
    ) (filter (name: elem name first) veths)
    ++ concatLists (
      indexed (
        i: name:
        if elem name (first ++ veths ++ genList (elemAt interfaces) i) then
          [ "${item "${path}.interfaces" i}: ${name} is the name of another interface in the container" ]
        else
          [ ]
      ) interfaces
    );

  errorsOf =
    name: options: entry:
    let
      path = below "containers" name;
      mounts = options.bindMounts or { };
      errors =
        checkValue path types.containerName name
        ++ checkFields path containerFields entry
        ++ checkMountPoints path (map (key: mounts.${key}.mountPoint or key) (attrNames mounts))
        ++ checkAllForwards path entry
        ++ checkNetworkNamespace path entry
        ++ checkClaims path (claimsOf entry);
    in
    if errors == [ ] then checkInsideNames path entry else errors;

  warningsOf =
    name: entry:
    let
      path = below "containers" name;
      withoutPrivateNetwork = filter (option: entry ? ${option}) [
        "hostBridge"
        "hostAddress"
        "hostAddress6"
        "localAddress"
        "localAddress6"
        "localMacAddress"
        "forwardPorts"
      ];
      internetLacks =
        if !(entry.privateNetwork or false) then
          "without privateNetwork: true"
        else if entry ? hostBridge then
          "with hostBridge: where a bridge leads is up to its network"
        else if
          !(isAddress values.ipv4 entry "hostAddress" || isAddress values.ipv6 entry "hostAddress6")
        then
          "without hostAddress or hostAddress6, the container's way to the host"
        else
          null;
      isInStore =
        credential:
        let
          file = values.normalPath entry.credentials.${credential}.path;
        in
        file != null && matches "/nix/store/.*" file;
      isIdle = veth: entry.extraVeths.${veth} ? forwardPorts && !hasLocalAddress entry.extraVeths.${veth};
    in
    (
      if entry.privateNetwork or false then
        [ ]
      else
        map (option: "${path}.${option}: has no effect without privateNetwork: true") withoutPrivateNetwork
    )
    ++ (
      if entry.internetAccess or false && internetLacks != null then
        [ "${path}.internetAccess: has no effect ${internetLacks}" ]
      else
        [ ]
    )
    ++ checkResolvConf path entry
    ++ checkUsers path entry
    ++ map (
      veth:
      "${below "${path}.extraVeths" veth}.forwardPorts: has no effect without localAddress or localAddress6 of the same link"
    ) (filter isIdle (attrNames (entry.extraVeths or { })))
    ++ map (
      credential:
      "${below "${path}.credentials" credential}.path: is in the Nix store, where everybody can read it"
    ) (filter isInStore (attrNames (entry.credentials or { })));

  # Containers that would wait for each other, by what they say in after. The most of them that a message names are ten.
  cyclesBetween =
    entries:
    let
      after = name: entries.${name}.after or [ ];
      waiting = filter (name: after name != [ ]) (attrNames entries);
      successors =
        name: filter (other: other != null && entries ? ${other}) (map values.containerOfUnit (after name));
      keys = map (key: { inherit key; });
      reached = builtins.listToAttrs (
        map (name: {
          inherit name;
          value = map (node: node.key) (
            builtins.genericClosure {
              startSet = keys (successors name);
              operator = node: keys (successors node.key);
            }
          );
        }) waiting
      );
      groupOf = name: filter (other: elem other reached.${name} && elem name reached.${other}) waiting;
      join =
        names:
        let
          shown = if length names > 10 then 10 else length names;
          separator =
            i:
            if i == 0 then
              ""
            else if i + 1 == length names then
              " and "
            else
              ", ";
          others = if length names > 10 then " and ${toString (length names - 10)} others" else "";
        in
        builtins.concatStringsSep "" (genList (i: "${separator i}${elemAt names i}") shown) + others;
      check =
        name:
        let
          group = groupOf name;
          isBack = i: elem (values.containerOfUnit (elemAt (after name) i)) group;
          option = item "${below "containers" name}.after" (head (filter isBack (genList (i: i) (length (after name)))));
        in
        if !(elem name reached.${name}) then
          [ ]
        else if length group == 1 then
          [ "${option}: it would wait for itself" ]
        else
          [ "${option}: ${join group} would wait for each other" ];
    in
    concatMap check waiting;

  # Directories on the host that containers write, with links in them that they have made. Whoever can write all of the host, or of its
  # /run, is its root already.
  ownDirectories = [
    "/var/lib/nixos-containers/"
    "/run/nixos-containers/"
    "/nix/var/nix/per-container/"
  ];
  startsWith = start: text: substring 0 (stringLength start) text == start;
  isBelow = directory: path: startsWith "${directory}/" path;
  isWithin = directory: path: path == directory || isBelow directory path;
  bindsOf =
    path: entry:
    concatMap (
      mountPoint:
      let
        mount = entry.bindMounts.${mountPoint};
        hostPath = values.normalPath (mount.hostPath or mountPoint);
      in
      if hostPath == null then
        [ ]
      else
        [
          {
            inherit hostPath mountPoint;
            option = below "${path}.bindMounts" mountPoint + (if mount ? hostPath then ".hostPath" else "");
            isWritten =
              !(mount.isReadOnly or true)
              && !elem hostPath [
                "/"
                "/run"
              ];
          }
        ]
    ) (attrNames (entry.bindMounts or { }));

  # What is said of paths that lead through what a container writes. A closure that the generator reads is in the store.
  warningsOfWritten =
    entries: names:
    let
      path = below "containers";
      bindsOfAll = builtins.listToAttrs (
        map (name: {
          inherit name;
          value = bindsOf (path name) entries.${name};
        }) (attrNames entries)
      );
      writers = groupBy (writer: writer.directory) (
        concatMap (
          name:
          map (bind: {
            container = name;
            directory = bind.hostPath;
          }) (filter (bind: bind.isWritten) bindsOfAll.${name})
        ) (attrNames entries)
      );
      parents =
        file:
        let
          parts = filter (part: builtins.isString part && part != "") (builtins.split "/" file);
        in
        genList (i: foldl' (parent: part: "${parent}/${part}") "" (genList (elemAt parts) (i + 1))) (
          if parts == [ ] then 0 else length parts - 1
        );
      ownDirectoryOf =
        file:
        let
          found = filter (found: found != null) (
            map (
              directory: if startsWith directory file then match "(${directory}([^/]+))/.+" file else null
            ) ownDirectories
          );
        in
        map (found: {
          directory = head found;
          container = elemAt found 1;
        }) found;
      # The outermost directory that it is below and that is written, in a list that is empty if there is none.
      writerOf =
        file:
        let
          found =
            concatMap (parent: writers.${parent} or [ ]) (parents file)
            ++ (if file == null then [ ] else ownDirectoryOf file);
        in
        if file == null || found == [ ] then [ ] else [ (head found) ];
      leads =
        option: file:
        map (writer: {
          inherit (writer) container;
          text = "${option}: leads through ${writer.directory}, which ${path writer.container} writes: no symbolic link below that is followed";
        }) (writerOf file);

      rootOf =
        name:
        (if entries.${name}.ephemeral or false then elemAt ownDirectories 1 else head ownDirectories) + name;
      places = [
        "dev"
        "proc"
        "sys"
        "run"
        "tmp"
        "usr"
        "etc"
        "root"
        "var"
        "var/lib"
        "var/log"
        "nix"
        "nix/store"
        "nix/var"
        "nix/var/nix"
      ];
      # What is made or mounted in the root directory.
      madeIn =
        name:
        map (place: "${rootOf name}/${place}") places
        ++ map (bind: rootOf name + values.normalPath bind.mountPoint) bindsOfAll.${name}
        ++ map (tmpfs: rootOf name + values.normalPath (head (match "([^:]*).*" tmpfs))) (
          entries.${name}.tmpfs or [ ]
        );
      isRootOf =
        bind: name:
        isWithin bind.hostPath (rootOf name)
        || (isBelow (rootOf name) bind.hostPath && any (isBelow bind.hostPath) (madeIn name));
      rootsWrittenBy =
        name:
        concatMap (
          other:
          map (bind: "${bind.option}: lets the container write in the root directory of ${path other}, which does not start then while this one runs: with isReadOnly: true it does") (
            filter (bind: bind.isWritten && isRootOf bind other) bindsOfAll.${name}
          )
        ) (filter (other: other != name) names);
      isNearRoots =
        bind:
        bind.isWritten
        && any (roots: isWithin bind.hostPath roots || isWithin roots bind.hostPath) [
          "/var/lib/nixos-containers"
          "/run/nixos-containers"
        ];

      check =
        name:
        let
          entry = entries.${name};
          credentials = entry.credentials or { };
          roots = if any isNearRoots bindsOfAll.${name} then rootsWrittenBy name else [ ];
        in
        map (found: found.text) (
          filter (found: found.container != name) (
            concatMap (bind: leads bind.option bind.hostPath) bindsOfAll.${name}
          )
          ++ concatMap (
            id: leads "${below "${path name}.credentials" id}.path" (values.normalPath credentials.${id}.path)
          ) (attrNames credentials)
          ++ leads "${path name}.networkNamespace" (
            if entry ? networkNamespace then values.normalPath entry.networkNamespace else null
          )
        )
        ++ (if roots == [ ] then [ ] else [ (head roots) ]);
    in
    concatMap check names;

  # Two containers may have the same thing, to run in turn.
  warningsBetween =
    entries: names:
    let
      claimsWithPath =
        name:
        map (claim: claim // { option = "${below "containers" name}.${claim.option}"; }) (
          claimsOf entries.${name}
        );
      say =
        claim: first:
        "${claim.option}: ${claim.text} is claimed by ${first.option} too: of these containers only one can run at a time";
    in
    sayRepeated say (concatMap claimsWithPath names);
in
options: entries:
let
  names = attrNames entries;
  errors = builtins.mapAttrs (name: errorsOf name options.${name}) entries;
  sound = filter (name: errors.${name} == [ ]) names;
in
{
  errors = concatMap (name: errors.${name}) names ++ cyclesBetween entries;
  warnings =
    concatMap (name: warningsOf name entries.${name}) names
    ++ warningsBetween entries sound
    ++ warningsOfWritten entries sound;
}
