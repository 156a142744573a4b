"""The operations that student networks are made of: what each computes, and its derivative. `table.py` lists them."""
