# slurm.sh: a Slurm of one node on loopback, for a test that includes this
#
#     slurm_start && ...       false when it cannot be started here
#     slurm_end
#
# Everything lies in $SLURM_DIR; nothing listens outside 127.0.0.1, nothing of
# the system's own Slurm is touched.
slurm_can() {
    [ "$(id -u)" = 0 ] || { echo "not root"; return 1; }
    for p in munged slurmctld slurmd sbatch squeue; do
        PATH=$PATH:/usr/sbin command -v $p >/dev/null ||
            { echo "no $p"; return 1; }
    done
}

slurm_start() {
    PATH=$PATH:/usr/sbin
    SLURM_DIR=$(mktemp -d /run/hc-slurm.XXXXXX) || return 1
    # group and others may not write above a key
    chmod 755 "$SLURM_DIR"
    export SLURM_CONF=$SLURM_DIR/slurm.conf
    slurm_base=$((20000 + $$ % 20000))
    node=$(hostname -s)
    mkdir "$SLURM_DIR/state" "$SLURM_DIR/spool"
    dd if=/dev/urandom of="$SLURM_DIR/key" bs=1024 count=1 2>/dev/null
    chmod 600 "$SLURM_DIR/key"
    cat >"$SLURM_CONF" <<EOF
ClusterName=test
SlurmctldHost=$node(127.0.0.1)
SlurmctldPort=$slurm_base
SlurmdPort=$((slurm_base + 1))
AuthType=auth/munge
AuthInfo=socket=$SLURM_DIR/munge.sock
CryptoType=crypto/munge
SlurmUser=root
SlurmdUser=root
StateSaveLocation=$SLURM_DIR/state
SlurmdSpoolDir=$SLURM_DIR/spool
SlurmctldPidFile=$SLURM_DIR/slurmctld.pid
SlurmdPidFile=$SLURM_DIR/slurmd.pid
SlurmctldLogFile=$SLURM_DIR/slurmctld.log
SlurmdLogFile=$SLURM_DIR/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
MpiDefault=none
SwitchType=switch/none
ReturnToService=2
SlurmdTimeout=5
SlurmctldTimeout=5
InactiveLimit=0
MinJobAge=10
KillWait=2
MaxArraySize=1001
SchedulerParameters=sched_interval=1,sched_min_interval=0,bf_interval=1
NodeName=$node NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=test Nodes=$node Default=YES MaxTime=INFINITE State=UP
EOF
    printf 'CgroupPlugin=cgroup/v1\nCgroupAutomount=no\n' \
        >"$SLURM_DIR/cgroup.conf"
    munged --force --key-file="$SLURM_DIR/key" \
        --socket="$SLURM_DIR/munge.sock" --pid-file="$SLURM_DIR/munged.pid" \
        --log-file="$SLURM_DIR/munged.log" --seed-file="$SLURM_DIR/seed" \
        >/dev/null 2>&1 || return 1
    slurm_controller
    slurm_node
    for _ in $(seq 100); do
        sinfo -h -o %t 2>/dev/null | grep -q idle && return 0
        sleep 0.2
    done
    tail -3 "$SLURM_DIR"/*.log | sed 's/^/# /'
    return 1
}

slurm_controller() { slurmctld -f "$SLURM_CONF" >/dev/null 2>&1; }
slurm_node() { slurmd -f "$SLURM_CONF" -N "$(hostname -s)" >/dev/null 2>&1; }

slurm_kill() { # SIGNAL NAME: munged slurmctld slurmd
    [ -s "$SLURM_DIR/$2.pid" ] && kill "-$1" "$(cat "$SLURM_DIR/$2.pid")"
}

slurm_end() {
    scancel -u root 2>/dev/null
    for p in slurmd slurmctld munged; do
        slurm_kill TERM $p 2>/dev/null
    done
    sleep 0.5
    rm -rf "$SLURM_DIR"
}
