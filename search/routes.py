"""Pages of search."""

from starlette.routing import Route

routes: list[Route] = []
