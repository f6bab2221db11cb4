"""研判: from raw text to what it says about which policy. Pure: no store, no network, no clock."""

from analysis.pipeline import Toolkit, analyse, check_model, load
from analysis.policies import collisions, search_names

__all__ = ["Toolkit", "analyse", "check_model", "collisions", "load", "search_names"]
