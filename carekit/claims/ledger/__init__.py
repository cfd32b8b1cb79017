"""The ledger of published figures: four CSV files, described in data/claims/README.md."""

from carekit.claims.ledger.figure import Figure, Study
from carekit.claims.ledger.ledger import Ledger, load_ledger

__all__ = ["Figure", "Ledger", "Study", "load_ledger"]
