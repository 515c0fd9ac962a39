"""Starts `python -m MODULE …` over and over: everything is imported once, each start is a fork.

Reads one command line from standard input and answers the pid of the process that runs it; after the word
`run` it waits for the end instead and answers the exit code.
"""

import gc
import os
import runpy
import signal
import sys


def start(module: str, *arguments: str) -> int:
    """Fork a process that runs the module as a program; its pid."""
    pid = os.fork()
    if pid == 0:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(2, 1)  # what it logs is not an answer to whoever started it
        sys.argv = [module, *arguments]
        runpy.run_module(module, run_name="__main__")
        os._exit(0)
    return pid


def run(module: str, *arguments: str) -> int:
    """The exit code of the module, which is waited for."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _pid, status = os.waitpid(start(module, *arguments), 0)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    return os.waitstatus_to_exitcode(status)


def main() -> None:
    """Serve until standard input ends; the children are killed by whoever asked for them."""
    gc.disable()  # while importing, when nothing is garbage
    import uvicorn  # noqa: F401  imported here so that no child has to

    import market.__main__
    import market.app
    import market.worker  # noqa: F401

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel buries them
    gc.freeze()
    gc.enable()
    for line in sys.stdin:
        first, *rest = line.split()
        print(run(*rest) if first == "run" else start(first, *rest), flush=True)


if __name__ == "__main__":
    main()
