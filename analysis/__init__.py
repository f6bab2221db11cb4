"""研判: from raw text to what it says about which policy. Pure: no store, no network, no clock."""

from analysis.matcher import Matcher
from analysis.pipeline import Toolkit, analyse, check_model, load
from analysis.policies import collisions, marks, search_names

__all__ = ["Matcher", "Toolkit", "analyse", "check_model", "collisions", "load", "marks", "search_names"]
