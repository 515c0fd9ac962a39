"""Lists of contracts, orders and batches as files."""

from market.kit.i18n import N_
from market.kit.tables import Export, status

CONTRACTS = Export(N_("Contracts"), (
    (N_("Contract"), "text", "number"), (N_("Job"), "text", "job.title"),
    (N_("Buyer"), "text", "buyer.name"), (N_("Supplier"), "text", "supplier.name"),
    (N_("Total (yuan)"), "money", "total_fen"), (N_("In force since"), "datetime", "activated_at"),
    (N_("Status"), "text", status("contract")), (N_("Digest (SHA-256)"), "text", "digest"),
))  # fmt: skip
ORDERS = Export(N_("Orders"), (
    (N_("Order"), "text", "number"), (N_("Job"), "text", "job.title"),
    (N_("Buyer"), "text", "buyer.name"), (N_("Supplier"), "text", "supplier.name"),
    (N_("Status"), "text", status("order")), (N_("Quantity"), "number", "quantity"),
    (N_("Accepted quantity"), "number", "accepted_quantity"), (N_("Unit"), "text", "unit"),
    (N_("Unit price (yuan)"), "unit_price", "unit_price"), (N_("Total (yuan)"), "money", "total_fen"),
    (N_("Due date"), "date", "due_at"), (N_("Completed"), "datetime", "completed_at"),
))  # fmt: skip
BATCHES = Export(N_("Delivery batches"), (
    (N_("Batch"), "text", "number"), (N_("No."), "integer", "sequence"),
    (N_("Status"), "text", status("delivery")), (N_("Round"), "integer", "round"),
    (N_("Quantity"), "number", "quantity"), (N_("Items (lot size)"), "integer", "item_count"),
    (N_("Guideline version"), "text", "guideline_version"),
    (N_("Delivered at"), "datetime", "submitted_at"), (N_("Decided at"), "datetime", "decided_at"),
    (N_("Manifest digest"), "text", "manifest_digest"),
))  # fmt: skip
REVIEWS = Export(N_("Reviews"), (
    (N_("Published"), "datetime", "published_at"), (N_("Author"), "text", "author.name"),
    (N_("Order"), "text", "order.number"), (N_("Overall"), "integer", "rating"),
    (N_("Review"), "text", lambda row: None if row.hidden_at else row.text),
    (N_("Reply"), "text", lambda row: None if row.hidden_at else row.reply),
))  # fmt: skip
