#!/usr/bin/env bash
# The scripts for batch engines do what a single hunt does.
#   tests/cluster/check.sh PROGRAM SCRATCH slurm-script|kubernetes|slurm
#
#   slurm-script   the job array's script, with the variables that Slurm would set
#   kubernetes     the command of the Job's container, with the index that Kubernetes would set
#   slurm          a cluster of one node, started here; 77 (skipped) where Slurm is not installed
set -euo pipefail

program=$1
scratch=$2/$3
how=$3
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$here"
rm -rf "$scratch"
mkdir -p "$scratch"
export LIGHTCONE=$program
hunt=(scenarios/raft/random-faults.json --bug raft.no-sessions --seeds 1..9 --set length=8s --set calm=3s)

digest() { grep -o '"digest":"[^"]*"' | tail -1; }

merged() { "$program" hunt merge "$scratch"/part-*.jsonl --keep-nothing --json | digest; }

whole=$("$program" hunt "${hunt[@]}" --keep-nothing --json | digest) || true

case $how in
  slurm-script)
    for id in 0 1 2; do
      SLURM_ARRAY_TASK_ID=$id SLURM_ARRAY_TASK_MIN=0 SLURM_ARRAY_TASK_MAX=2 tools/cluster/hunt.slurm "$scratch" "${hunt[@]}" >/dev/null
    done
    ;;
  kubernetes)
    # The container's script, with this machine's program and folders.
    script=$(sed -n '/- |$/,/resources:/p' tools/cluster/hunt-job.yaml | sed '1d;$d;s/^              //')
    [ -n "$script" ]
    script=${script//lightcone hunt \/usr\/local\/share\/lightcone\/scenarios\/raft\/random-faults.json --seeds 1..100000/\"\$LIGHTCONE\" hunt ${hunt[*]}}
    script=${script//\/results/$scratch}
    for index in 0 1 2 3 4 5 6 7; do JOB_COMPLETION_INDEX=$index sh -c "$script" >/dev/null; done
    ;;
  slurm)
    for tool in slurmctld slurmd sbatch munged; do
      command -v "$tool" >/dev/null 2>&1 || { echo "$tool is not installed"; exit 77; }
    done
    # shellcheck source=tests/cluster/one_node.sh
    . tests/cluster/one_node.sh
    start_cluster "$scratch/cluster" || exit 77
    trap stop_cluster EXIT
    sbatch --wait --array=1-3 --output="$scratch/task-%a.out" tools/cluster/hunt.slurm "$scratch" "${hunt[@]}"
    ;;
  *)
    echo "what is $how?" >&2
    exit 64
    ;;
esac

together=$(merged) || true
if [ -z "$whole" ] || [ "$whole" != "$together" ]; then
  echo "the parts give $together, one hunt gives $whole" >&2
  exit 1
fi
echo "the parts give $together, as one hunt does"
