"""What a scene looks like when nothing happens in it, learnt as pictures pass."""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, UInt8


@dataclass(frozen=True)
class BackgroundConfig:
    """How fast the scene is learnt and how far a pixel must be from it."""

    history: int = 300
    """Pictures that a pixel's colours are remembered for: 96 s at 3.1 pictures a second."""
    absorb: float = 0.3
    """Share of the history after which what stays is background: a left bag is seen for 29 s."""
    threshold: float = 20.0
    """Squared standard deviations from every colour that a pixel of the background takes."""
    darkest_shadow: float = 0.7
    """Share of a pixel's usual light; what is darker is a thing. Half of it, as is usual, makes a
    shadow of everyone who walks in grey pictures."""
    least_part: int = 3
    """Pixels; foreground narrower than this is noise of camera and codec."""
    most_new: float = 0.5
    """Share of the picture; with more than this the camera or the light changed, not the scene."""


class Background:
    """A mixture of colours per pixel (Zivkovic, 2004), as OpenCV has it.

    Several colours per pixel let leaves wave and lights blink without being new. Shadows count as
    background. Until n pictures are seen, colours are weighed as if n were the history, so that who
    walks off after k pictures leaves a ghost for about as many.
    """

    def __init__(self, config: BackgroundConfig) -> None:
        self._config = config
        self.begin_anew()

    def begin_anew(self) -> None:
        """Forgets the scene: the next picture is the first."""
        config = self._config
        self._model = cv2.createBackgroundSubtractorMOG2(config.history, config.threshold, True)
        self._model.setBackgroundRatio(1 - config.absorb)
        self._model.setShadowThreshold(config.darkest_shadow)
        self.age = 0
        """Pictures seen since the scene began."""

    def foreground(self, picture: UInt8[np.ndarray, "h w 3"]) -> Bool[np.ndarray, "h w"]:
        """The pixels of the next picture that are new; none of the first."""
        calm = cv2.GaussianBlur(picture, (3, 3), 0)
        new = self._model.apply(calm) == _FOREGROUND
        if self.age > 0 and new.mean() > self._config.most_new:
            self.begin_anew()
            self._model.apply(calm)
        part = np.ones((self._config.least_part, self._config.least_part), np.uint8)
        solid = cv2.morphologyEx(new.astype(np.uint8), cv2.MORPH_OPEN, part) > 0
        is_first = self.age == 0
        self.before = np.zeros_like(solid) if is_first else self._now
        """What was new in the picture before; nothing where this is the first."""
        self._now = np.zeros_like(solid) if is_first else solid
        self.age += 1
        return self._now


_FOREGROUND = 255
"""OpenCV marks shadows 127."""
