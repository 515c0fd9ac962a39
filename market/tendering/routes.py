"""Pages of tendering."""

from starlette.routing import Route

routes: list[Route] = []
