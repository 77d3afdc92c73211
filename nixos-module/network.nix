# SPDX-License-Identifier: MIT
# Functions for links, IP addresses and ports. Needs nothing but builtins.
let
  inherit (builtins)
    all
    concatLists
    elemAt
    filter
    foldl'
    genList
    isString
    length
    match
    split
    stringLength
    substring
    ;
  parts = separator: text: filter isString (split separator text);
  number = digits: (fromTOML "n = ${digits}").n;
  powerOfTwo = n: foldl' (product: _: 2 * product) 1 (genList (_: null) n);

  # The numbers between the dots or colons of an address, or null if it is invalid.
  ipv4 =
    text:
    if match "((0|[1-9][0-9]{0,2})\\.){4}" "${text}." == null then
      null
    else
      map number (parts "\\." text);

  ipv6 =
    text:
    let
      # "::" stands for as many zeros as required.
      halves = map (half: filter (digits: digits != "") (parts ":" half)) (parts "::" text);
      given = concatLists halves;
      zeros = 8 - length given;
      groups =
        if length halves == 2 && zeros > 0 then
          elemAt halves 0 ++ genList (_: "0") zeros ++ elemAt halves 1
        else
          given;
    in
    if length groups == 8 && all (digits: match "[0-9a-fA-F]{1,4}" digits != null) groups then
      map (digits: number "0x${digits}") groups
    else
      null;
in
{
  # Options that make a container with a network of its own have a link to the host.
  linkOptions = [
    "hostBridge"
    "hostAddress"
    "hostAddress6"
    "localAddress"
    "localAddress6"
    "localMacAddress"
  ];

  # A pattern for the host's end of a container's main link. Of a long name, only the first 11 characters are known: a hash follows.
  linkPattern =
    wildcard: name: entry:
    let
      link = (if entry ? hostBridge then "vb-" else "ve-") + name;
    in
    if stringLength link > 15 then substring 0 11 link + wildcard else link;

  # The ports of a hostPort: one, or all of a range that the generator accepts.
  portsOf =
    hostPort:
    let
      ends = match "0*([0-9]{1,5})-0*([0-9]{1,5})" hostPort;
      first = number (elemAt ends 0);
      length = number (elemAt ends 1) - first + 1;
    in
    if builtins.isInt hostPort then
      [ hostPort ]
    else if ends == null || length < 1 || length > 1000 then
      [ ]
    else
      genList (i: first + i) length;

  # Whether @address is in the network of @other with a prefix of @prefixLength bits; both are of one family.
  isInNetwork =
    prefixLength: other: address:
    let
      isIPv6 = match ".*:.*" address != null;
      bits = if isIPv6 then 16 else 8;
      parse = if isIPv6 then ipv6 else ipv4;
      a = parse other;
      b = parse address;
      # In each number, the bits after the prefix do not count.
      ignored =
        i:
        let
          n = (i + 1) * bits - prefixLength;
        in
        if n < 0 then
          0
        else if n > bits then
          bits
        else
          n;
      isSame = i: elemAt a i / powerOfTwo (ignored i) == elemAt b i / powerOfTwo (ignored i);
    in
    a != null && b != null && all isSame (genList (i: i) (length a));
}
