"""For course staff: what students receive is derived from what we keep."""
