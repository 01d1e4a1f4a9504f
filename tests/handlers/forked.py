"""`python -m tests.handlers.forked`: runs `app.py …` in processes forked from one that has imported everything.

The imports are most of what a short command costs. A line of JSON says what is to run, a line with its exit code is
the answer.
"""

import gc
import importlib
import json
import os
import pkgutil
import runpy
import sys
import traceback
from typing import Any, NoReturn

import handlers.cli
import handlers.wiring


def run(given: dict[str, Any]) -> NoReturn:
    """Becomes that command: its folder, its environment, its arguments, its output in files."""
    os.chdir(given["cwd"])
    os.environ.clear()  # noqa: TID251 - it is a process of its own
    os.environ.update(given["env"])  # noqa: TID251
    for number, name in ((0, os.devnull), (1, given["out"]), (2, given["err"])):
        file = os.open(name, os.O_RDWR | os.O_CREAT, 0o600)
        os.dup2(file, number)
        os.close(file)
    sys.argv = given["argv"]
    code: int | str | None = None
    try:
        runpy.run_path(given["argv"][0], run_name="__main__")
    except SystemExit as ended:
        code = ended.code
    except BaseException:  # noqa: BLE001 - as Python itself does with what nobody caught
        traceback.print_exc()
        code = 1
    if isinstance(code, str):
        sys.stderr.write(code)
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    # An orderly end takes all that was imported down again, which costs more than the command.
    os._exit(code or 0)


def main() -> None:
    """Until nobody asks any more."""
    for module in pkgutil.walk_packages(handlers.cli.__path__, "handlers.cli."):
        importlib.import_module(module.name)
    gc.freeze()
    while line := sys.stdin.readline():
        child = os.fork()
        if not child:
            run(json.loads(line))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201 - the answer


if __name__ == "__main__":
    main()
