"""Published figures measured again on a dataset: one function a measure, one verdict a figure."""

from carekit.claims.replays.chance import summary
from carekit.claims.replays.registry import REPLAYS, Measurement, replays
from carekit.claims.replays.verdict import Verdict, replay, replay_all

__all__ = ["REPLAYS", "Measurement", "Verdict", "replay", "replay_all", "replays", "summary"]
