"""Part 9a: words find fights in real clips, beside a linear model on frame differences.

Five fixed folds of surv-fight by source video. A model is trained on four folds and gives every
clip of the fifth one score per query; the scores of all folds are ranked together (pooled) and
fold by fold.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from jaxtyping import Bool, Float, Float32, Int
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from benchmarks.compact.material import Clip
from benchmarks.metrics import clustered_bootstrap
from segments.reading import iter_frames, probe

QUERIES = (
    "people fighting",
    "a violent brawl between several people",
    "someone is punching and kicking another person",
)
NUM_FOLDS = 5
PICTURE_SIZE = (120, 160)
CHANGED = 0.06
"""Share of the full range from which a pixel counts as changed."""

Scorer = Callable[[Clip], float]
"""How much a clip looks like a fight; any scale, higher is more."""
Trainer = Callable[[Sequence[Clip]], Sequence[Scorer]]
"""Makes one scorer per query from the clips of four folds."""
Measure = Callable[[Bool[np.ndarray, " n"], Float[np.ndarray, " n"]], float]


@dataclass(frozen=True)
class Measured:
    """One number, pooled and by fold."""

    pooled: float
    interval: tuple[float, float]
    """95 %, bootstrap over source videos, of the pooled number."""
    by_fold: tuple[float, ...]
    mean_of_folds: float


@dataclass(frozen=True)
class FightScores:
    """How well held-out scores part fights from the rest."""

    auc: Measured
    ap: Measured
    num_clips: int
    num_fights: int


def assign_folds(clips: Sequence[Clip]) -> Int[np.ndarray, " n"]:
    """The fold of each clip: fixed by the sources' names and class counts alone.

    From the source with the most clips down, each goes where it leaves the shares of fights and of
    other clips most even (least sum of squares); the first such fold, names breaking ties.
    """
    sources = np.array([clip.source for clip in clips])
    fights = np.array([clip.is_anomalous for clip in clips])
    names, row_of, sizes = np.unique(sources, return_inverse=True, return_counts=True)
    counts = np.stack([np.bincount(row_of, fights == kind) for kind in (True, False)], axis=1)
    shares = counts / counts.sum(axis=0).clip(min=1)
    filled = np.zeros((NUM_FOLDS, 2))
    fold_of = np.zeros(len(names), int)
    for name in np.lexsort((names, -sizes)):
        fold_of[name] = (2 * filled @ shares[name]).argmin()
        filled[fold_of[name]] += shares[name]
    return fold_of[row_of]


def held_out_scores(
    clips: Sequence[Clip], train: Trainer, *, num_scorers: int = len(QUERIES)
) -> Float[np.ndarray, "q n"]:
    """Scores of every clip by the scorers that were trained without its fold."""
    folds = assign_folds(clips)
    scores = np.full((num_scorers, len(clips)), np.nan)
    for fold in range(NUM_FOLDS):
        scorers = train([clip for clip, f in zip(clips, folds, strict=True) if f != fold])
        for row in np.flatnonzero(folds == fold):
            scores[:, row] = [scorer(clips[int(row)]) for scorer in scorers]
    return scores


def measure_fights(scores: Float[np.ndarray, " n"], clips: Sequence[Clip]) -> FightScores:
    """AUC and average precision of one query's held-out scores.

    Raises:
        ValueError: a score is not finite, or a fold lacks fights or other clips.
    """
    fights = np.array([clip.is_anomalous for clip in clips])
    return FightScores(
        auc=_measured(roc_auc, scores, fights, clips),
        ap=_measured(average_precision, scores, fights, clips),
        num_clips=len(clips),
        num_fights=int(fights.sum()),
    )


def roc_auc(fights: Bool[np.ndarray, " n"], scores: Float[np.ndarray, " n"]) -> float:
    """Share of (fight, other) pairs in which the fight scores higher; ties count half."""
    others = np.sort(scores[~fights])
    below = np.searchsorted(others, scores[fights], side="left")
    not_above = np.searchsorted(others, scores[fights], side="right")
    return float((below + not_above).mean() / (2 * len(others)))


def average_precision(fights: Bool[np.ndarray, " n"], scores: Float[np.ndarray, " n"]) -> float:
    """Mean precision over the fights as the threshold falls; equal scores enter together."""
    order = np.argsort(-scores, kind="stable")
    hits, ranked = np.cumsum(fights[order]), scores[order]
    ends = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True))
    found = np.diff(hits[ends], prepend=0)
    return float((found * hits[ends] / (ends + 1)).sum() / hits[-1])


def train_baseline(
    clips: Sequence[Clip], *, features: Callable[[Clip], np.ndarray]
) -> list[Scorer]:
    """Logistic regression on standardised features: one scorer, whatever is asked."""
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    model.fit(np.stack([features(clip) for clip in clips]), [clip.is_anomalous for clip in clips])

    def score(clip: Clip) -> float:
        return float(model.decision_function(features(clip)[None])[0])

    return [score]


def baseline_scores(clips: Sequence[Clip]) -> Float[np.ndarray, " n"]:
    """Held-out scores of the linear model on frame differences."""
    known = {clip.path: frame_differences(clip) for clip in clips}
    train = partial(train_baseline, features=lambda clip: known[clip.path])
    return held_out_scores(clips, train, num_scorers=1)[0]


def frame_differences(clip: Clip) -> Float32[np.ndarray, " 15"]:
    """Five statistics of the change between neighbouring pictures; each one's mean, spread and
    largest value over the clip.
    """
    batches = iter_frames(probe(clip.path), size=PICTURE_SIZE)
    grey = np.concatenate([batch.pixels.mean(axis=-1, dtype=np.float32) for batch in batches]) / 255
    change = np.abs(np.diff(grey, axis=0)).reshape(len(grey) - 1, -1)
    rows = np.stack(
        [
            change.mean(axis=1),
            change.std(axis=1),
            np.quantile(change, 0.95, axis=1),
            np.quantile(change, 0.99, axis=1),
            (change > CHANGED).mean(axis=1),
        ],
        axis=1,
    )
    return np.concatenate([rows.mean(axis=0), rows.std(axis=0), rows.max(axis=0)]).astype(
        np.float32
    )


def _measured(
    measure: Measure,
    scores: Float[np.ndarray, " n"],
    fights: Bool[np.ndarray, " n"],
    clips: Sequence[Clip],
) -> Measured:
    def of(rows: Int[np.ndarray, " k"]) -> float:
        has_both = 0 < fights[rows].sum() < len(rows)
        return measure(fights[rows], scores[rows]) if has_both else float("nan")

    folds = assign_folds(clips)
    by_fold = tuple(of(np.flatnonzero(folds == fold)) for fold in range(NUM_FOLDS))
    return Measured(
        pooled=measure(fights, scores),
        interval=clustered_bootstrap(of, [clip.source for clip in clips]),
        by_fold=by_fold,
        mean_of_folds=float(np.mean(by_fold)),
    )
