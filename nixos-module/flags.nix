# SPDX-License-Identifier: MIT
# Settings in systemd-nspawn's syntax, in extraFlags and mount points, and what others have to know of them. Needs nothing but builtins.
rec {
  # The arguments in one item. NixOS has always split some at spaces: a flag and its value, or several flags.
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

  # What @arguments set privateUsers to, as strings. The last one counts.
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

  # The users of a container with @options: privateUsers, or what replaces it.
  usersOf =
    options:
    let
      given = users (builtins.concatMap words (options.extraFlags or [ ]));
    in
    if given == [ ] then
      toString (options.privateUsers or "no")
    else
      builtins.elemAt given (builtins.length given - 1);

  # Whether a container with @options has a user namespace. For systemd-nspawn, 0 is "no".
  hasUserNamespace =
    options:
    !builtins.elem (usersOf options) [
      "no"
      "0"
    ];

  # A mount point that may have options after a colon, which NixOS has accepted: which of them is an idmap, or null, and whether there are
  # others, which are cut off.
  mountPoint =
    text:
    let
      parts = builtins.match "(.+):((no)?(idmap|rbind)|rootidmap|owneridmap)(,.*)?" text;
      option = builtins.elemAt parts 1;
    in
    if parts == null then
      {
        path = text;
        idmap = null;
        isCut = false;
      }
    else
      {
        path = builtins.head parts;
        idmap = if builtins.match ".*idmap" option == null then null else option;
        isCut = option == "norbind" || builtins.elemAt parts 4 != null;
      };

  # Whether @argument puts the container into another network namespace than the host's.
  changesNetwork = argument: builtins.match "-n|--private-network|--network-.*" argument != null;

  # Whether a container with @options, or an entry, has other loopback addresses than the host.
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
