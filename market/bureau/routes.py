"""Pages of bureau."""

from starlette.routing import Route

routes: list[Route] = []
