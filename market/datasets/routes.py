"""Pages of datasets."""

from starlette.routing import Route

routes: list[Route] = []
