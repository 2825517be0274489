"""Scorers: pure functions of a stored trial and its sample; a new rule is a new version."""

from .scoring import GRADERS, SCORERS, graders_hash, score_trial

__all__ = ["GRADERS", "SCORERS", "graders_hash", "score_trial"]
