"""Published figures on customer service: a ledger, its audit, replays on data, hypotheses."""
