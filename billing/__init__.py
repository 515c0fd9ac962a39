"""What money does: ledger, vouchers, payments, settlements."""
