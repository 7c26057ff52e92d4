"""Where to look closer when nobody is found in the whole picture: one window a picture, in turn."""

from __future__ import annotations

from visavis.layers.perception.crop import Canvas, Square

_SIDE = 0.5
"""Of the window, in longest sides of the picture; it shows faces twice as large to the detector."""
_CENTRES = ((0.5, 0.5), (0.3, 0.5), (0.7, 0.5))
"""In fractions of the picture."""
_AROUND = 3.0
"""Side of the window where somebody was last, in sides of the cut around that face."""


class Search:
    """Remembers where the face was last."""

    def __init__(self) -> None:
        self._last: Square | None = None
        self._turn = 0

    def seen(self, square: Square) -> None:
        """A face is here."""
        self._last = square

    def window(self, canvas: Canvas) -> Square:
        """The next one to look into."""
        longest = max(canvas.width, canvas.height)
        choices = [Square(x * canvas.width, y * canvas.height, _SIDE * longest) for x, y in _CENTRES]
        if self._last is not None:
            side = min(self._last.side * _AROUND, _SIDE * longest)
            choices.insert(0, Square(self._last.x, self._last.y, side))
        self._turn += 1
        return choices[self._turn % len(choices)]
