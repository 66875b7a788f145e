"""The trace bank of a library, read once for as long as its files stay as they are."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from detectors.trace.sentences import Context, Trace
from detectors.trace.traces import load_bank
from search_api.answers.traces import ContextAnswer, SentenceAnswer, TraceBank
from segments.library import Library


@dataclass(frozen=True)
class KnownBank:
    """The sentences that come with retrace, and the library's own over them."""

    contexts: Mapping[str, Context]
    shipped: Mapping[str, Trace]
    """By id; also those that the library does without."""

    @cached_property
    def by_id(self) -> Mapping[str, Trace]:
        return {t.id: t for context in self.contexts.values() for t in context.traces}

    @cached_property
    def by_number(self) -> Mapping[int, Trace]:
        """By what reasons call them."""
        return {int(name, 16): trace for name, trace in self.by_id.items()}

    @property
    def removed(self) -> list[Trace]:
        return [trace for name, trace in self.shipped.items() if name not in self.by_id]

    def is_own(self, trace: Trace) -> bool:
        """Whether it is the library's, or stands elsewhere than in the bank that comes along."""
        return self.shipped.get(trace.id) != trace

    def answer(self, trace: Trace) -> SentenceAnswer:
        return SentenceAnswer(
            trace_id=trace.id,
            text=trace.text,
            context=trace.context,
            kind=trace.kind,
            is_own=self.is_own(trace),
        )

    def seen_through(self, own_contexts: frozenset[str] | None) -> TraceBank:
        """All of it, but own sentences of some contexts only.

        Args:
            own_contexts: None means all.
        """
        shown = [self._context(context, own_contexts) for context in self.contexts.values()]
        return TraceBank(
            contexts=[context for context in shown if context.sentences],
            removed=[self.answer(trace) for trace in self.removed],
        )

    def _context(self, context: Context, own_contexts: frozenset[str] | None) -> ContextAnswer:
        has_own = own_contexts is None or context.name in own_contexts
        sentences = [self.answer(trace) for trace in context.traces]
        return ContextAnswer(
            name=context.name,
            scenes=list(context.scenes),
            sentences=[sentence for sentence in sentences if has_own or not sentence.is_own],
        )


def known_bank(library: Library) -> KnownBank:
    """The bank as the library's user sees it now.

    Raises:
        UserError: a file of the bank is not as it should be.
    """
    own = library.own_traces
    paths = sorted(own.iterdir()) if own.is_dir() else []
    stats = ((path, path.stat()) for path in paths)
    return _read(own, tuple((p.name, s.st_mtime_ns, s.st_size, s.st_ino) for p, s in stats))


@lru_cache(maxsize=4)
def _read(own: Path, _stamp: Hashable) -> KnownBank:
    """Read anew for another stamp."""
    return KnownBank(load_bank(own=own), _shipped())


@lru_cache(maxsize=1)
def _shipped() -> Mapping[str, Trace]:
    """It never changes."""
    return {trace.id: trace for context in load_bank().values() for trace in context.traces}
