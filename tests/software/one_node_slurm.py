"""A SLURM cluster of one node, this machine: started in a folder of its own, and stopped again.

It is a real one: munge, slurmctld and slurmd as Debian packages them. It has to be root's, since
slurmd starts jobs as their owners, and its configuration has to stand in /etc/slurm, since jobs
look for it there.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

CONFIGURATION = Path("/etc/slurm/slurm.conf")
DAEMONS = ("munged", "slurmctld", "slurmd")
PATIENCE = 60  # seconds until the node must be idle

_SETTINGS = """\
ClusterName=one
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
MpiDefault=none
ReturnToService=2
NodeName={host} NodeAddr=127.0.0.1 CPUs={cores} RealMemory=8000 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


def obstacle() -> str | None:
    """What keeps this machine from running the cluster, with the mend; None if nothing does."""
    missing = [name for name in (*DAEMONS, "sbatch", "srun") if shutil.which(name) is None]
    if missing:
        return f"{', '.join(missing)} not found: install slurmctld, slurmd, slurm-client, munge"
    if os.geteuid() != 0:
        return "slurmd starts jobs as their owners: run as root"
    if CONFIGURATION.exists():
        return f"{CONFIGURATION} belongs to another cluster: run where there is none"
    return None


@contextmanager
def one_node_slurm(folder: Path) -> Iterator[None]:
    """Run the cluster with its files in ``folder``; on leaving, stop all that was started."""
    folder.chmod(0o755)
    for name in ("state", "spool"):
        (folder / name).mkdir()
    key = folder / "munge.key"
    key.write_bytes(os.urandom(1024))
    key.chmod(0o600)
    settings = folder / "slurm.conf"
    settings.write_text(
        _SETTINGS.format(
            host=socket.gethostname(), ports=_free_ports(2), folder=folder, cores=os.cpu_count()
        )
    )
    with ExitStack() as stack:
        CONFIGURATION.parent.mkdir(exist_ok=True)
        CONFIGURATION.symlink_to(settings)
        stack.callback(CONFIGURATION.unlink)
        munge = [f"--socket={folder}/munge.socket", f"--key-file={key}"]
        munge += [f"--{name}-file={folder}/munged.{name}" for name in ("pid", "log", "seed")]
        for command in (["munged", "--force", *munge], ["slurmctld"], ["slurmd"]):
            subprocess.run(command, check=True, cwd=folder)
            stack.callback(_stop, folder / f"{command[0]}.pid")
        _wait_until_idle()
        yield


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for own in sockets:
            own.bind(("127.0.0.1", 0))
        return [own.getsockname()[1] for own in sockets]


def _wait_until_idle() -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        answer = subprocess.run(["sinfo", "-h", "-o", "%T"], capture_output=True, text=True)
        if answer.stdout.strip() == "idle":
            return
        time.sleep(0.5)
    raise TimeoutError(f"the node is not idle after {PATIENCE} s: {answer.stdout}{answer.stderr}")


def _stop(pid_file: Path) -> None:
    pid = int(pid_file.read_text())
    os.kill(pid, 15)
    for _ in range(100):
        if not Path(f"/proc/{pid}").exists():
            return
        time.sleep(0.1)
    os.kill(pid, 9)
