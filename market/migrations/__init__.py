"""One migration history for all three packages.

After changing tables: `python -m tortoise -c market.migrations.CONFIG makemigrations -n what_changed`.
"""

from market.kit.db import tortoise_config

CONFIG = tortoise_config()
