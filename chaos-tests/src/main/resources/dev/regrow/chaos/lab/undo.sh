#!/usr/bin/env bash
# Takes away all that a lab has put on this machine: processes, cgroups, mounts, network namespaces, files.
#   undo.sh LAB         now
#   undo.sh LAB watch   as soon as standard input ends: then the harness, which holds its other end, is gone
# Killed half-way it can be run again. Touches only what bears the lab's uid, or the uid of a node whose data are in LAB.
set -uo pipefail
shopt -s nullglob

failed=0

complain() {
  printf 'undo: %s\n' "$*"
  failed=1
}

namespaces() { for ns in /run/netns/regrow-"$uid"-*; do printf '%s\n' "${ns##*/}"; done; }

node_uids() { cat "$lab"/machines/*/data/identity/node-uid "$lab"/machines/*/node-uids 2>/dev/null | sort -u; }

# The processes of the lab: of its namespaces, of its nodes' cgroups, and what has not got so far yet.
members() {
  local ns node top
  for ns in $(namespaces); do ip netns pids "$ns" 2>/dev/null; done
  for node in $(node_uids); do
    for top in "$cgroups"/regrow/"$node" "$cgroups"/regrow-agent/"$node"; do
      [[ ! -d $top ]] || find "$top" -name cgroup.procs -exec cat {} + 2>/dev/null
    done
  done
  grep -lszx "REGROW_LAB=$uid" /proc/[0-9]*/environ 2>/dev/null | cut -d/ -f3
}

end_processes() {
  local round pids node kill
  # At once, before anything can fork what is not seen yet.
  for node in $(node_uids); do
    for kill in "$cgroups"/regrow{,-agent}/"$node"/cgroup.kill; do [[ ! -e $kill ]] || echo 1 >"$kill"; done
  done
  for ((round = 0; round < 200; round++)); do
    pids=$(members | sort -un)
    [[ -n $pids ]] || return 0
    # SIGKILL ends a stopped process, too.
    kill -KILL $pids 2>/dev/null
    read -r -t 0.05 <> <(:) || true
  done
  complain "these processes do not end: $pids"
}

sweep_nodes() {
  local data home sweep sweeps=()
  home=$(cat "$lab/home" 2>/dev/null)
  # Side by side: each is a JVM's start and little else.
  for data in "$lab"/machines/*/data; do
    [[ -s $data/identity/node-uid && -x $home/bin/regrow ]] || continue
    "$home/bin/regrow" sweep "$data" &
    sweeps+=("$! $data")
  done
  for sweep in "${sweeps[@]}"; do
    wait "${sweep%% *}" || complain "the sweep of ${sweep#* } failed"
  done
}

remove_mounts() {
  local target
  while read -r _ target _; do
    [[ $target != "$lab"/* ]] || umount -l "$target" || complain "cannot unmount $target"
  done < <(tac /proc/self/mounts)
}

remove_namespaces() {
  local ns
  for ns in $(namespaces); do ip netns del "$ns" || complain "cannot delete the network namespace $ns"; done
}

main() {
  lab=$1
  uid=${lab##*/regrow-lab-}
  [[ $uid =~ ^[0-9a-f]{6}$ ]] || {
    printf 'usage: undo.sh DIR/regrow-lab-UID [watch]\n' >&2
    exit 2
  }
  if [[ ${2:-} == watch ]]; then while read -r _; do :; done; fi
  exec 9>"$lab/undo.lock" || exit 0 # Somebody else was faster.
  flock 9
  cgroups=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/self/mounts)
  [[ -n $cgroups ]] || cgroups=$(awk '$3 == "cgroup" && $4 ~ /cpu/ { print $2; exit }' /proc/self/mounts)
  end_processes
  sweep_nodes
  remove_mounts
  remove_namespaces
  # What failed stays written in undo.out.
  ((failed)) || rm -rf -- "$lab"
  exit "$failed"
}

main "$@"
