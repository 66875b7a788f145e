"""The errors a user can meet.

    RetraceError
    ├── UserError         the request makes no sense: empty query, unknown camera, wrong option
    ├── MediaError        a file cannot be read: not media, no picture, no sound, damaged
    ├── LibraryError      a library is missing, empty, locked by another process, or damaged
    │   ├── LibraryInUse      another process has the library, or its store, open
    │   └── IndexMismatch     the library was made with another profile or layout
    └── WeightsMissing    a model's weights are not on this machine, or are not the expected ones

Catch `RetraceError` at the door (console, HTTP); everything else is a bug. Each message says what
came, what is allowed and what to do next.
"""


class RetraceError(Exception):
    """Anything that the user can cause and can repair."""


class UserError(RetraceError):
    """A request that makes no sense as it stands."""


class MediaError(RetraceError):
    """A file that cannot be read as the medium that was asked for."""


class LibraryError(RetraceError):
    """A library that is missing, empty, in use or damaged."""


class LibraryInUse(LibraryError):
    """A library, or its store, that another process has open."""


class IndexMismatch(LibraryError):
    """A library made with another profile, other vectors or another layout than asked for."""


class WeightsMissing(RetraceError):
    """Model weights that are not on this machine, or whose digest is not the recorded one."""
