"""What a library takes of its disk."""

from pydantic import AwareDatetime

from search_api.answers.base import Answer


class DiskUse(Answer):
    """Bytes that files take, as their disk counts them."""

    measured_at: AwareDatetime
    """Measuring takes a while in a large library, so what was measured lately is told again."""
    store: int
    """Vectors with what is known of each segment, and the bank's."""
    tracks: int
    """Scores over time, reasons, and what they are made anew from."""
    cache: int
    """Thumbnails, clips and other pictures that were made for showing; it has a limit."""
    footage: int
    """Recordings that were sent to be indexed, and are kept here."""
    spool: int
    """Finished pieces on their way into the store."""
    work: int
    """Of videos that are being indexed."""
    evidence: int
    """Bundles that wait to be fetched; they lie in the machine's temporary folder."""
    others: int
    """Databases, keys, sentences, settings."""
    free: int
    """Left on the library's disk."""
    kept_free: int
    """Of that, what footage that is sent may not take."""

    @property
    def total(self) -> int:
        """Of the library, wherever it lies."""
        return sum(
            (
                self.store,
                self.tracks,
                self.cache,
                self.footage,
                self.spool,
                self.work,
                self.evidence,
                self.others,
            )
        )
