# SPDX-License-Identifier: MIT
# Removes shared memory of the host, by its key.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
promise="It cannot signal, trace or share memory with processes of the host, or leave its control group."
containers='users plain'
given=key
prepare() {
  memory=$(ipcmk --shmem 4096 | grep -o '[0-9]*$')
  key=$(awk -v id="$memory" '$2 == id {print $1}' /proc/sysvipc/shm)
}
attempt() { may_fail ipcrm -M "$key"; }
reached() { ! ipcrm --shmem-id "$memory"; }
without() {
  name=plain
  enter_without ipc
}
