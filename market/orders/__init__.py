"""What follows the award: contract, order, delivery, acceptance, review."""
