"""Deadlines lead to pages, so every route is known."""

from market.app import ROUTES
from market.kit import web

web.register_routes(ROUTES)
