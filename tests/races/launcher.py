"""Starts `python -m market …` over and over: everything is imported once, each start is a fork.

Reads one command line from standard input, answers the pid of the process that runs it.
"""

import gc
import os
import signal
import sys


def main() -> None:
    """Serve until standard input ends; the children are killed by whoever asked for them."""
    import uvicorn  # noqa: F401  imported here so that no child has to

    import market.app
    import market.worker  # noqa: F401
    from market.__main__ import main as market_command

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel buries them
    gc.freeze()
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.dup2(2, 1)  # what it logs is not an answer to whoever started it
            sys.argv = ["market", *line.split()]
            market_command()
            os._exit(0)
        print(pid, flush=True)


if __name__ == "__main__":
    main()
