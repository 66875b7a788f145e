"""What can be wrong with a wish to see footage."""

from segments.errors import MediaError, RetraceError, UserError


class MediaGone(MediaError):
    """No place that may be looked at has the recording any more."""


class MediaChanged(MediaError):
    """A file is where the recording was, with other content than was indexed."""


class OutsideVideo(UserError):
    """A time or a span that is no part of the video."""


class BeyondLimit(UserError):
    """More work than a request may ask for; the message names the limit."""


class Busy(RetraceError):
    """Too many wait for footage to be read: come back later."""
