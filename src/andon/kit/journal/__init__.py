"""The journal: one append-only table of facts, the only source of figures."""

from andon.kit.journal.model import Fact, Record, decode, encode_data, fact_types

__all__ = ["Fact", "Record", "decode", "encode_data", "fact_types"]
