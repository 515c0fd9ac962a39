"""The `market` command on a clock that runs some days ahead: `python -m tests.browser.later DAYS serve …`."""

import datetime as dt
import sys

from market.__main__ import main
from market.kit import clock
from tests import compiled


def run() -> None:
    """Take the days off the command line and run the rest."""
    compiled.keep_templates()
    days = int(sys.argv.pop(1))
    with clock.shifted_by(dt.timedelta(days=days)):
        main()


if __name__ == "__main__":
    run()
