"""Where to put what is missing."""

from servicecircle.siting.sites import Proposal, best_sites

__all__ = ["Proposal", "best_sites"]
