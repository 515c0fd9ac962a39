"""The web server: uvicorn as the site wants it."""

import uvicorn

from market.settings import settings


def serve(*, host: str, port: int) -> None:
    """Serve the site (WEB_WORKERS processes) until stopped."""
    uvicorn.run(
        "market.app:create_app",
        factory=True,
        host=host,
        port=port,
        workers=settings.web_workers,
        timeout_keep_alive=75,
        access_log=False,
        server_header=False,
    )
