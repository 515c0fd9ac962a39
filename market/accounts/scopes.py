"""What an API token may be allowed to do; the person's role still limits it."""

from market.kit.i18n import N_

SCOPES: dict[str, str] = {
    "profile:read": N_("See your organisation and its members"),
    "profile:write": N_("Edit your organisation"),
    "tokens:write": N_("Create and revoke API tokens"),
    "directory:write": N_("Edit capabilities, prices, certificates and talents"),
    "jobs:read": N_("See your jobs and their bids once opened"),
    "jobs:write": N_("Post, amend and cancel jobs"),
    "bids:read": N_("See your bids"),
    "bids:write": N_("Submit and withdraw bids"),
    "complaints:read": N_("See your complaints and reports"),
    "complaints:write": N_("Contest, report and decide"),
    "awards:write": N_("Evaluate and award"),
    "orders:read": N_("See your contracts, orders and deliveries"),
    "orders:write": N_("Sign, deliver, inspect and review"),
    "datasets:write": N_("Post dataset needs and offers"),
    "payments:read": N_("See payments, settlements, invoices and vouchers"),
    "payments:write": N_("Pay, refund, and use vouchers"),
    "bureau:read": N_("Read statistics and exports"),
    "bureau:write": N_("Manage programmes, cases and registrations"),
}
