# A Slurm cluster of this one machine, with a configuration of its own, in a folder. To be sourced.

start_cluster() {
  cluster=$1
  mkdir -p "$cluster"/{spool,state}
  local host
  host=$(hostname -s)
  dd if=/dev/urandom of="$cluster/munge.key" bs=1024 count=1 2>/dev/null
  chmod 600 "$cluster/munge.key"
  munged --force --key-file="$cluster/munge.key" --socket="$cluster/munge.socket" --pid-file="$cluster/munged.pid" \
    --log-file="$cluster/munged.log" --seed-file="$cluster/munged.seed"
  cat >"$cluster/slurm.conf" <<EOF
ClusterName=lightcone
SlurmctldHost=$host(127.0.0.1)
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
AuthType=auth/munge
AuthInfo=socket=$cluster/munge.socket
CryptoType=crypto/munge
StateSaveLocation=$cluster/state
SlurmdSpoolDir=$cluster/spool
SlurmctldPidFile=$cluster/slurmctld.pid
SlurmdPidFile=$cluster/slurmd.pid
SlurmctldLogFile=$cluster/slurmctld.log
SlurmdLogFile=$cluster/slurmd.log
SlurmctldPort=16817
SlurmdPort=16818
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SelectType=select/cons_tres
ReturnToService=2
MpiDefault=none
JobCompType=jobcomp/none
AccountingStorageType=accounting_storage/none
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=all Nodes=$host Default=YES MaxTime=INFINITE State=UP
EOF
  export SLURM_CONF=$cluster/slurm.conf
  slurmctld
  slurmd
  local tries
  for tries in $(seq 50); do
    if sinfo -h -o %T 2>/dev/null | grep -qE 'idle|mixed'; then return 0; fi
    sleep 0.2
  done
  echo "the cluster does not come up after $tries tries; see $cluster" >&2
  stop_cluster
  return 1
}

stop_cluster() {
  local daemon
  for daemon in slurmd slurmctld munged; do
    if [ -e "$cluster/$daemon.pid" ]; then kill "$(cat "$cluster/$daemon.pid")" 2>/dev/null || true; fi
  done
}
