"""Registration (登记) of contracts made here, and filing (备案) of deals made elsewhere."""
