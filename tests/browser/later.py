"""The `market` command on a clock that runs some days ahead: `python -m tests.browser.later DAYS serve …`."""

import datetime as dt
import sys

from market.__main__ import main
from market.kit import clock


def run() -> None:
    """Take the days off the command line and run the rest."""
    days = int(sys.argv.pop(1))
    with clock.shifted_by(dt.timedelta(days=days)):
        main()


if __name__ == "__main__":
    run()
