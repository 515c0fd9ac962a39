"""Pages of billing."""

from starlette.routing import Route

from billing import (
    account_routes,
    application_routes,
    bank_routes,
    debt_routes,
    deposit_routes,
    document_routes,
    epoch_routes,
    labour_routes,
    late_routes,
    operator_routes,
    payment_routes,
    programme_routes,
    reconciliation_routes,
    settlement_routes,
    twin_routes,
    voucher_routes,
)

routes: list[Route] = [
    *payment_routes.routes,
    *debt_routes.routes,
    *deposit_routes.routes,
    *settlement_routes.routes,
    *document_routes.routes,
    *epoch_routes.routes,
    *labour_routes.routes,
    *late_routes.routes,
    *voucher_routes.routes,
    *application_routes.routes,
    *programme_routes.routes,
    *operator_routes.routes,
    *bank_routes.routes,
    *account_routes.routes,
    *reconciliation_routes.routes,
    *twin_routes.routes,
]
