"""From an inbox to submissions: finds hand-ins, unpacks them under limits, and rebuilds each team's work folder."""

from grader.intake.candidate import Candidate, Ignored, Inbox
from grader.intake.hand_in import take_in
from grader.intake.handout import Handout

__all__ = ["Candidate", "Handout", "Ignored", "Inbox", "take_in"]
