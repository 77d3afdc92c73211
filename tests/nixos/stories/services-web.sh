# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Each is asked from the host.
get=(curl --silent --fail --max-time 5)
answer caddy 'caddy version' 'It works!' "${get[@]}" http://@/
answer haproxy 'haproxy -v' 'It works!' "${get[@]}" http://@/
answer httpd 'httpd -v' 'It works!' "${get[@]}" http://@/
answer nginx 'nginx -v' 'It works!' "${get[@]}" http://@/
# It has asked the exporter beside it, too.
answer prometheus 'prometheus --version' '"value":\[[0-9.]+,"1"\]' "${get[@]}" 'http://@:9090/api/v1/query?query=up'
answer samba 'smbd --version' 'blocks available' smbclient --no-pass //@/public --command ls
# The first answer to it is the name of a session.
# shellcheck disable=SC2016
answer transmission 'transmission-daemon --version' '"result": *"success"' sh -c '
  session=$(curl --silent --include --max-time 5 http://@:9091/transmission/rpc | tr -d "\r" | sed -n "/^X-Transmission-Session-Id:/Ip")
  curl --silent --fail --max-time 5 --header "$session" --data "{\"method\": \"session-get\"}" http://@:9091/transmission/rpc'
answer vsftpd 'vsftpd -v 0>&1' 'Directory send OK' curl --silent --verbose --max-time 5 ftp://@/
