# SPDX-License-Identifier: MIT
# The types of the values in a manifest, as generator/manifest/schema.c has them: what each accepts, and the words behind "… is not" for what it
# does not. Needs nothing but builtins.
let
  inherit (builtins)
    all
    bitAnd
    concatStringsSep
    elem
    elemAt
    filter
    foldl'
    fromJSON
    genList
    hasAttr
    head
    isInt
    isString
    length
    match
    replaceStrings
    split
    stringLength
    substring
    tail
    ;

  matches = pattern: text: match pattern text != null;

  lowerCase =
    let
      letters = text: genList (i: substring i 1 text) (stringLength text);
    in
    replaceStrings (letters "ABCDEFGHIJKLMNOPQRSTUVWXYZ") (letters "abcdefghijklmnopqrstuvwxyz");

  parts = separator: text: filter isString (split separator text);

  # A number of decimal digits.
  number = digits: fromJSON (head (match "0*([0-9]+)" digits));

  # What ends up in units and argument lists cannot have control characters.
  isText = value: isString value && matches "[^[:cntrl:]]*" value;

  isName = pattern: value: isText value && matches pattern value;

  # A number that may be written as one or as a text.
  isNumber =
    least: most: value:
    if isInt value then
      value >= least && value <= most
    else
      matches "0|[1-9][0-9]{0,9}" value && number value >= least && number value <= most;

  # The words of an address, or null: 4 of 8 bits or 8 of 16.
  ipv4Words =
    text:
    if matches "((25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])(\\.|$)){4}" "${text}." then
      map fromJSON (parts "\\." text)
    else
      null;

  ipv6Words =
    text:
    let
      # "::" stands for as many zeros as it takes.
      halves = parts "::" text;
      groups = half: if half == "" then [ ] else parts ":" half;
      hexadecimal = digits: (fromTOML "n = 0x${digits}").n;
      # The last group may be an IPv4 address.
      words =
        list:
        if list == [ ] then
          [ ]
        else if length list == 1 && matches ".*\\..*" (head list) then
          let
            bytes = ipv4Words (head list);
          in
          if bytes == null then
            [ null ]
          else
            [
              (256 * elemAt bytes 0 + elemAt bytes 1)
              (256 * elemAt bytes 2 + elemAt bytes 3)
            ]
        else
          [ (if matches "[0-9a-fA-F]{1,4}" (head list) then hexadecimal (head list) else null) ]
          ++ words (tail list);
      before = words (groups (head halves));
      after = words (groups (elemAt halves 1));
      # An IPv4 address can only stand at the end.
      dotsBefore = matches ".*\\..*:.*" text;
      zeros = 8 - length before - length after;
      all8 =
        if dotsBefore || length halves > 2 then
          [ null ]
        else if length halves == 1 then
          before
        else if zeros < 1 then
          [ null ]
        else
          before ++ genList (_: 0) zeros ++ after;
    in
    if length all8 == 8 && !elem null all8 then all8 else null;

  # An address as inet_ntop(3) writes it.
  ipv4Text = words: concatStringsSep "." (map toString words);

  ipv6Text =
    words:
    let
      digit = number: substring number 1 "0123456789abcdef";
      hexadecimal =
        number: (if number < 16 then "" else hexadecimal (number / 16)) + digit (bitAnd number 15);
      text =
        from: to: concatStringsSep ":" (genList (i: hexadecimal (elemAt words (from + i))) (to - from));
      zerosFrom = i: if i < 8 && elemAt words i == 0 then 1 + zerosFrom (i + 1) else 0;
      # The longest run of zeros, the first of them.
      start = foldl' (best: i: if zerosFrom i > zerosFrom best then i else best) 0 (genList (i: i) 8);
      end = start + zerosFrom start;
    in
    if end - start > 1 then "${text 0 start}::${text end 8}" else text 0 8;

  # Reads an address, with or without a prefix length: { words, bits (of a word), prefix (null: none), text (without it) } or null.
  address =
    bits: parse: format: value:
    let
      split = if isString value then match "([^/]*)(/([0-9]{1,3}))?" value else null;
      words = parse (head split);
      prefix = elemAt split 2;
      most = bits * length words;
    in
    if
      split == null
      || words == null
      || prefix != null && (!matches "0|[1-9][0-9]*" prefix || fromJSON prefix > most)
    then
      null
    else
      {
        inherit bits words;
        prefix = if prefix == null then null else fromJSON prefix;
        text = format words;
      };

  ipv4 = address 8 ipv4Words ipv4Text;
  ipv6 = address 16 ipv6Words ipv6Text;

  # A port or FIRST-LAST: { first, last } or null.
  portRange =
    value:
    let
      ends = if isString value then match "([1-9][0-9]{0,4})-([1-9][0-9]{0,4})" value else null;
      first = number (elemAt ends 0);
      last = number (elemAt ends 1);
    in
    if isInt value && value >= 1 && value <= 65535 then
      {
        first = value;
        last = value;
      }
    else if ends != null && first <= last && last <= 65535 && last - first < 1000 then
      { inherit first last; }
    else
      null;

  withoutPrefix = parse: value: parse value != null && (parse value).prefix == null;

  powerOfTwo = n: foldl' (product: _: 2 * product) 1 (genList (_: null) n);

  # An absolute path without "..", and without what says nothing in it, or null.
  normalPath =
    value:
    let
      names = filter (name: name != "" && name != ".") (parts "/" value);
    in
    if
      isText value
      && matches "/.*" value
      && stringLength value < 4096
      && all (name: name != ".." && stringLength name <= 255) names
    then
      foldl' (path: name: "${path}/${name}") "" names + (if names == [ ] then "/" else "")
    else
      null;

  isInterfaceName =
    value: isName "[a-zA-Z0-9._+=@~-]{1,15}" value && !matches "[0-9]*|\\.|\\.\\.|-.*" value;

  capabilities = map (name: "cap_${name}") [
    "chown"
    "dac_override"
    "dac_read_search"
    "fowner"
    "fsetid"
    "kill"
    "setgid"
    "setuid"
    "setpcap"
    "linux_immutable"
    "net_bind_service"
    "net_broadcast"
    "net_admin"
    "net_raw"
    "ipc_lock"
    "ipc_owner"
    "sys_module"
    "sys_rawio"
    "sys_chroot"
    "sys_ptrace"
    "sys_pacct"
    "sys_admin"
    "sys_boot"
    "sys_nice"
    "sys_resource"
    "sys_time"
    "sys_tty_config"
    "mknod"
    "lease"
    "audit_write"
    "audit_control"
    "setfcap"
    "mac_override"
    "mac_admin"
    "syslog"
    "wake_alarm"
    "block_suspend"
    "audit_read"
    "perfmon"
    "bpf"
    "checkpoint_restore"
  ];

  # Units of time in seconds. systemd.time(7)
  units = {
    "" = 1.0;
    usec = 1.0e-6;
    us = 1.0e-6;
    "µs" = 1.0e-6;
    msec = 1.0e-3;
    ms = 1.0e-3;
    seconds = 1.0;
    second = 1.0;
    sec = 1.0;
    s = 1.0;
    minutes = 60.0;
    minute = 60.0;
    min = 60.0;
    m = 60.0;
    months = 2629800.0;
    month = 2629800.0;
    M = 2629800.0;
    hours = 3600.0;
    hour = 3600.0;
    hr = 3600.0;
    h = 3600.0;
    days = 86400.0;
    day = 86400.0;
    d = 86400.0;
    weeks = 604800.0;
    week = 604800.0;
    w = 604800.0;
    years = 31557600.0;
    year = 31557600.0;
    y = 31557600.0;
  };

  # Whether @text is a time span of up to @left seconds.
  isTimeSpan =
    left: text:
    let
      found = match " *([0-9]+)(\\.[0-9]+)? *([a-zA-Zµ]*) *(([0-9].*)?)" text;
      digits = elemAt found 0;
      seconds = units.${elemAt found 2} * number digits;
      rest = elemAt found 3;
    in
    found != null
    && stringLength digits <= 15
    && hasAttr (elemAt found 2) units
    && seconds <= left
    && (rest == "" || isTimeSpan (left - seconds) rest);

  # Digits that are more than 0, and up to three more behind a point.
  isDecimal =
    text:
    matches "(0|[1-9][0-9]{0,14})(\\.[0-9]{1,3})?" text && !matches "0(\\.0*)?" text;

  # As fine as systemd has it.
  isPercentage =
    most: text:
    let
      found = match "([0-9]+)(\\.[0-9]{1,2})?%" text;
      decimals = elemAt found 1;
    in
    found != null
    && isDecimal "${head found}${if decimals == null then "" else decimals}"
    && (number (head found) < most || number (head found) == most && decimals == null);

  # As machines are called.
  isHostName =
    value:
    isName "[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?(\\.[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?)*" value
    && stringLength value <= 64;

  # One unit, not a template. systemd.unit(5)
  isUnitName =
    value:
    isName "[a-zA-Z0-9:_.\\\\-]+(@[a-zA-Z0-9:_.@\\\\-]+)?\\.(service|socket|target|device|mount|automount|swap|timer|path|slice|scope)" value
    && stringLength value <= 255;

  # What Nix's regular expressions cannot say: the characters of ASCII but for three.
  isCredentialName =
    name:
    let
      ascii = " !\"#$%&'()*+,-.0123456789;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~";
      letters = genList (i: substring i 1 ascii) (stringLength ascii);
    in
    name != ""
    && stringLength name <= 255
    && name != "."
    && name != ".."
    && all (i: elem (substring i 1 name) letters) (genList (i: i) (stringLength name));
in
{
  inherit
    ipv4
    ipv6
    matches
    normalPath
    portRange
    ;

  # The container that an item of after, requires or wants is about, or null.
  containerOfUnit =
    text:
    let
      found = match "container@(.+)\\.service" text;
    in
    if !isUnitName text then
      text
    else if found == null then
      null
    else
      head found;

  # Whether an address is in the network of another one, both as ipv4 or ipv6 above reads them.
  isInNetwork =
    network: address:
    let
      inherit (network) bits;
      prefix = if network.prefix == null then bits * length network.words else network.prefix;
      # Of each word, the bits behind the prefix do not count.
      ignored =
        i:
        let
          n = (i + 1) * bits - prefix;
        in
        powerOfTwo (
          if n < 0 then
            0
          else if n > bits then
            bits
          else
            n
        );
      part = words: i: elemAt words i / ignored i;
    in
    all (i: part network.words i == part address.words i) (genList (i: i) (length network.words));

  # The end on the host of the name of an interface, which may have a ":" and its name inside behind it, and the name inside.
  interfaceOnHost = name: head (parts ":" name);
  interfaceInside = name: elemAt (match "([^:]*:)?(.*)" name) 1;

  types = {
    containerName = {
      expected = "a container's name, which is a host name: up to 64 letters, digits, \"-\" and \".\", the first and last of them a letter or digit";
      accepts = isHostName;
    };
    bool = {
      expected = "true or false";
      accepts = builtins.isBool;
    };
    text = {
      expected = "a text of one line and of up to 65535 bytes";
      accepts = value: isText value && value != "" && stringLength value <= 65535;
    };
    port = {
      expected = "a port: a number from 1 to 65535";
      accepts = value: isInt value && value >= 1 && value <= 65535;
    };
    portRange = {
      expected = "a port, such as 8080, or up to 1000 of them, such as 8000-8010: numbers from 1 to 65535";
      accepts = value: portRange value != null;
    };
    ipAddress = {
      expected = "an IPv4 or IPv6 address without a prefix length, such as 192.0.2.1 or 2001:db8::1";
      accepts = value: withoutPrefix ipv4 value || withoutPrefix ipv6 value;
    };
    absolutePath = {
      expected = "an absolute path without \"..\" and control characters";
      accepts = value: normalPath value != null;
    };
    ipv4 = {
      expected = "an IPv4 address without a prefix length, such as 192.168.100.10";
      accepts = withoutPrefix ipv4;
    };
    ipv4WithPrefix = {
      expected = "an IPv4 address, such as 192.168.100.11 or 192.168.100.11/24";
      accepts = value: ipv4 value != null;
    };
    ipv6 = {
      expected = "an IPv6 address without a prefix length, such as fc00::1";
      accepts = withoutPrefix ipv6;
    };
    ipv6WithPrefix = {
      expected = "an IPv6 address, such as fc00::2 or fc00::2/64";
      accepts = value: ipv6 value != null;
    };
    macAddress = {
      expected = "the MAC address of an interface, such as 02:00:00:00:00:01";
      accepts =
        value: isName "[0-9a-fA-F][02468aceACE](:[0-9a-fA-F]{2}){5}" value && value != "00:00:00:00:00:00";
    };
    interfaceName = {
      expected = "the name of a network interface: 1 to 15 letters, digits and \"._-+=@~\"";
      accepts = isInterfaceName;
    };
    interface = {
      expected = "the name of a network interface: 1 to 15 letters, digits and \"._-+=@~\"; or two, with \":\" between them";
      accepts =
        value:
        let
          names = parts ":" value;
        in
        isText value && length names <= 2 && all isInterfaceName names;
    };
    protocol = {
      expected = "tcp or udp";
      accepts =
        value:
        elem value [
          "tcp"
          "udp"
        ];
    };
    privateUsers = {
      expected = "no, identity, pick or the first of the user IDs to use";
      accepts =
        value:
        elem value [
          "no"
          "identity"
          "pick"
        ]
        || isNumber 0 (4294967295 - 65536) value && number (toString value) != 65535;
    };
    idmap = {
      expected = "idmap, rootidmap, owneridmap or noidmap";
      accepts =
        value:
        elem value [
          "idmap"
          "rootidmap"
          "owneridmap"
          "noidmap"
        ];
    };
    capability = {
      expected = "a capability, such as CAP_NET_ADMIN, or all";
      accepts = value: isText value && (value == "all" || elem (lowerCase value) capabilities);
    };
    deviceNode = {
      expected = "a device: a path below /dev, or char- or block- and a name from /proc/devices";
      accepts =
        value:
        if matches "(char|block)-.*" value then
          isText value && matches "[^ \"'\\\\]*" value
        else
          normalPath value != null && matches "(/dev|/run/systemd/inaccessible)/.*" (normalPath value);
    };
    deviceModifier = {
      expected = "one to three of the letters r, w and m";
      accepts = isName "[rwm]{1,3}";
    };
    tmpfs = {
      expected = "an absolute path, or one with options behind a colon";
      accepts =
        value:
        let
          found = match "((\\\\.|[^:\\\\])*)(:.*)?" value;
          path = normalPath (head found);
        in
        isText value && found != null && path != null && path != "/";
    };
    resolvConf = {
      expected = "auto, off, delete, or one of copy-, replace- and bind- with one of host, static, uplink and stub behind it";
      accepts = isName "auto|off|delete|(copy|replace|bind)-(host|static|uplink|stub)";
    };
    timeSpan = {
      expected = "a time span, such as 90, 1min or infinity";
      # Microseconds are counted in 64 bits.
      accepts = value: isText value && (value == "infinity" || isTimeSpan 18446744073709.5 value);
    };
    memory = {
      expected = "a number of bytes, which may have K, M, G or T behind it, a percentage up to 100%, or infinity";
      accepts =
        value:
        let
          text = if isInt value then toString value else value;
          found = match "([0-9]+)(\\.[0-9]{1,3})?([KMGT])" text;
          most = 9223372036854775807;
          unit = {
            K = 1024;
            M = 1048576;
            G = 1073741824;
            T = 1099511627776;
          };
        in
        isText text
        && (
          text == "infinity"
          || isPercentage 100 text
          || matches "[1-9][0-9]{0,14}" text
          || found != null
            && isDecimal "${head found}${if elemAt found 1 == null then "" else elemAt found 1}"
            && number (head found) <= most / unit.${elemAt found 2}
        );
    };
    cpuQuota = {
      expected = "a percentage of one CPU, such as 50% or 200%";
      accepts = value: isText value && isPercentage 100000 value;
    };
    tasks = {
      expected = "a number of tasks from 1 on, a percentage up to 100%, or infinity";
      accepts =
        value:
        let
          text = if isInt value then toString value else value;
        in
        isText text && (text == "infinity" || isPercentage 100 text || matches "[1-9][0-9]{0,14}" text);
    };
    systemCall = {
      expected = "a system call or, with \"@\" in front, a group of them; \"~\" before either forbids it";
      accepts = isName "~?(@[a-z0-9-]+|[a-z0-9_]+)";
    };
    credentialId = {
      expected = "the name of a credential: a file name in ASCII without \":\" and \"\\\"";
      accepts = isCredentialName;
    };
    unit = {
      expected = "the name of a container, or of a unit, such as network-online.target";
      accepts = value: isUnitName value || isHostName value;
    };
    mode = {
      expected = "an access mode of octal digits, such as \"0755\"";
      accepts = isName "0?[0-7]{3,4}";
    };
    user = {
      expected = "the name or number of a user or group";
      accepts =
        value:
        isText value
        && (
          if matches "0|[1-9][0-9]*" value then
            isNumber 0 4294967294 value && value != "65535"
          else
            matches "[a-zA-Z_][a-zA-Z0-9_.-]{0,30}" value
        );
    };
  };
}
