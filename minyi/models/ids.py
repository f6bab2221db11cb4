"""What names a policy, a source, a post and an alert: strings that cannot be mixed up."""

from __future__ import annotations

from typing import NewType

PolicyId = NewType("PolicyId", str)
SourceId = NewType("SourceId", str)
PostId = NewType("PostId", str)
AlertId = NewType("AlertId", str)

ALL_POLICIES = PolicyId("")
"""The series of every stored post, matched to a policy or not."""
