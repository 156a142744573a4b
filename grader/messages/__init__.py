"""One catalogue of the texts that students and staff read: `<language>/<topic>.yaml`. Code names a key, never a sentence."""

from grader.messages.catalogue import Catalogue, catalogue
from grader.model.message import Message

__all__ = ["Catalogue", "Message", "catalogue"]
