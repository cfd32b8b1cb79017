"""The ledger of published figures: load, audit, replay."""
