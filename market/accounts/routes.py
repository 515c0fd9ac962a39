"""Pages of accounts."""

from starlette.routing import Route

from market.accounts import (
    identity_routes,
    opening_key_routes,
    operator_routes,
    organisation_routes,
    settings_routes,
    shareholder_routes,
)

routes: list[Route] = [
    *identity_routes.routes,
    *settings_routes.routes,
    *organisation_routes.routes,
    *shareholder_routes.routes,
    *opening_key_routes.routes,
    *operator_routes.routes,
]
