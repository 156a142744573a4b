"""One catalogue of the texts that students and staff read: `<language>/<topic>.yaml`. Code names a key, never a sentence."""

from grader.messages.catalogue import Catalogue, Message, catalogue

__all__ = ["Catalogue", "Message", "catalogue"]
