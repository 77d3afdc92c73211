# SPDX-License-Identifier: MIT
# What extraFlags say that more than systemd-nspawn has to know. Needs nothing but builtins.
rec {
  # The arguments in one item: what NixOS has always split at spaces is a flag and its value, or several flags.
  words =
    text:
    let
      parts = builtins.match "(--?[a-zA-Z-]+|.*[^ ]) +(-.*)" text;
      flagAndValue = builtins.match "(--?[a-zA-Z-]+) +(.*)" text;
    in
    if parts != null then
      builtins.concatMap words parts
    else if flagAndValue != null then
      flagAndValue
    else
      [ text ];

  # What @arguments say of privateUsers, as texts. The last of them counts.
  users =
    arguments:
    builtins.concatMap (
      argument:
      let
        found = builtins.match "--private-users=(.*)" argument;
      in
      if argument == "-U" then
        [ "pick" ]
      else if found != null then
        found
      else
        [ ]
    ) arguments;

  # The users of a container with @options: privateUsers, or what is said in its place.
  usersOf =
    options:
    let
      given = users (builtins.concatMap words options.extraFlags);
    in
    if given == [ ] then
      toString options.privateUsers
    else
      builtins.elemAt given (builtins.length given - 1);

  # Whether @argument puts the container into another network namespace than the host's.
  changesNetwork = argument: builtins.match "-n|--private-network|--network-.*" argument != null;

  # Whether a container with @options, or the entry of one, has other loopback addresses than the host.
  hasOwnLoopback =
    options:
    options.privateNetwork or false
    || builtins.any (
      option:
      !builtins.elem (options.${option} or null) [
        null
        [ ]
        { }
      ]
    ) [
      "extraVeths"
      "interfaces"
      "macvlans"
      "networkNamespace"
    ]
    || builtins.any changesNetwork (builtins.concatMap words (options.extraFlags or [ ]));
}
