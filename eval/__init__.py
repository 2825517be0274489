"""How we know: scenario families, samples, scorers, statistics and reports. Talks to the server over HTTP."""

from .sample import Sample
from .trajectory import Score, Trajectory

__all__ = ["Sample", "Score", "Trajectory"]
