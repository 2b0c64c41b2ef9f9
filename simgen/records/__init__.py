"""Frozen records that flow between the stages; engine-free, shared by all, importing none of them."""
