"""One catalogue of the texts that students and staff read: `<language>/<topic>.yaml`. Code names a key, never a sentence."""

from grader.messages.catalogue import Catalogue, catalogue
from grader.messages.language import ENGLISH, LANGUAGES, speaking, spoken
from grader.model.message import Message

__all__ = ["ENGLISH", "LANGUAGES", "Catalogue", "Message", "catalogue", "speaking", "spoken"]
