"""SMM: whether what a sentence says is still to be seen in a region's image tokens (paper §3.4).

Two readings, as METHODS C.3 tells them apart: the paper's stacked Legendre machines, and the
released code's S4 network. Both answer with a vector in the space of the words.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal, Self

import torch
from jaxtyping import Bool, Float
from pydantic import ConfigDict
from torch import Tensor, nn
from torch.nn import functional as F

from detectors.local_patterns.legendre import bilinear, columns_basis, legs
from detectors.local_patterns.s4 import S4Layer
from detectors.weights import load_module, save_module

COMMAND = "retrace train local-patterns --part smm"
Variant = Literal["paper", "s4"]
Activation = Literal["none", "gelu"]
_INITIAL_DEVIATION = 0.02


@dataclass(frozen=True)
class StateMachineConfig:
    """Sizes of one SMM.

    Raises:
        ValueError: a size below 1, or S4's widths do not halve.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    variant: Variant = "paper"
    dim: int = 768
    """Width of the tokens, H_d."""
    words: int = 32
    """Columns of the question, S_l; "s4" reads its first token only."""
    image_tokens: int = 32
    """N_q."""
    machines: int = 3
    """N_SMM, each predicting 1 / machines of a column ahead; or the layers of S4."""
    orders: int = 64
    """Legendre polynomials, O; also the width that S4 begins with."""
    first_order: int = 0
    """0 as HiPPO; 1 as the paper's Eq. 10 is printed. Of "paper" only."""
    activation: Activation = "none"
    """After each machine of "paper". As printed there is none, and then the answer is an affine
    function of its input: words and picture each add their part, and no pair of them counts."""
    dropout: float = 0.2
    """Of "s4" only."""

    def __post_init__(self) -> None:
        sizes = (self.dim, self.words, self.image_tokens, self.machines, self.orders)
        if min(sizes) < 1:
            raise ValueError(f"every size must be 1 or more: {self}")
        if self.variant == "s4" and self.orders % 2**self.machines:
            raise ValueError(f"{self.orders = } cannot be halved {self.machines} times")

    @property
    def length(self) -> int:
        """Columns that are read, L."""
        return self.image_tokens + (self.words if self.variant == "paper" else 1)


class StateMachineModule(nn.Module):
    """Question and image tokens in, an answer near "yes" or near "no" out."""

    def __init__(self, config: StateMachineConfig) -> None:
        super().__init__()
        self.config = config
        self.reader = LegendreStack(config) if config.variant == "paper" else S4Stack(config)

    def forward(
        self,
        question: Float[Tensor, "b s d"],
        image: Float[Tensor, "b n d"],
        mask: Bool[Tensor, "b s"] | None = None,
    ) -> Float[Tensor, "b d"]:
        """The answers' embeddings, P in Eq. 6.

        Args:
            question: the text transformer's output, [CLS] first; at most `config.words` rows.
            mask: True for real tokens; the others count as zeros, as do rows that are not there.
        """
        self._check(question, image)
        if mask is not None:
            question = question * mask[..., None]
        if self.config.variant == "s4":
            return self.reader(torch.cat([question[:, :1], image], dim=1))
        padded = F.pad(question, (0, 0, 0, self.config.words - question.shape[1]))
        return self.reader(torch.cat([padded, image], dim=1))

    def save_pretrained(self, folder: Path) -> None:
        """Writes config.json and model.safetensors."""
        save_module(self, self.config, folder)

    @classmethod
    def from_pretrained(cls, folder: Path) -> Self:
        """Reads what `save_pretrained` wrote.

        Raises:
            WeightsMissing: a file is absent or damaged, or the two do not fit each other.
        """
        return load_module(
            cls, StateMachineConfig, folder, what="the State Machine Module", command=COMMAND
        )

    def _check(self, question: Tensor, image: Tensor) -> None:
        config = self.config
        if not 1 <= question.shape[1] <= config.words:
            raise ValueError(f"{question.shape[1]} question tokens; 1 to {config.words} are read")
        if image.shape[1] != config.image_tokens:
            raise ValueError(f"{image.shape[1]} image tokens; {config.image_tokens} are read")


class LegendreStack(nn.Module):
    """The paper's machines, each a Legendre memory with fixed A and B and a learned C (Fig. 3)."""

    def __init__(self, config: StateMachineConfig) -> None:
        super().__init__()
        self.a: Tensor
        self.b: Tensor
        self.shifted: Tensor
        self.encoder = nn.Linear(config.dim, config.orders)
        self.decoder = nn.Linear(config.orders, config.dim)
        self.highlights = nn.ModuleList(
            nn.Linear(config.orders, config.orders, bias=False) for _ in range(config.machines)
        )
        self.activation = nn.GELU() if config.activation == "gelu" else nn.Identity()
        first = config.first_order
        a, b = bilinear(*legs(config.orders, first=first), 1 / config.length)
        shifted = columns_basis(
            config.length, config.orders, shift=1 / config.machines, first=first
        )
        for name, value in {"a": a, "b": b, "shifted": shifted}.items():
            self.register_buffer(name, torch.tensor(value, dtype=torch.float32), persistent=False)
        self._initialise()

    def forward(self, tokens: Float[Tensor, "b l d"]) -> Float[Tensor, "b d"]:
        weighted = self.encoder(tokens)
        for highlight in self.highlights:
            state = self.memory(weighted.sum(dim=-1))
            weighted = self.activation(highlight(state)[:, None] * self.shifted.T)  # Eq. 5
        return self.decoder(weighted[:, -1])

    def memory(self, signal: Float[Tensor, "b l"]) -> Float[Tensor, "b o"]:
        """The state after the last column (Eq. 14 from c = 0, unrolled as in Eq. 4)."""
        return signal @ self.responses(signal.shape[1])

    def responses(self, length: int) -> Float[Tensor, "l o"]:
        """What each column has left in the state at the end: A^(L - l) B."""
        rows = [self.b]
        for _ in range(length - 1):
            rows.append(self.a @ rows[-1])
        return torch.stack(rows[::-1])

    def _initialise(self) -> None:
        for name, parameter in self.named_parameters():
            if name.endswith("bias"):
                nn.init.zeros_(parameter)
            else:
                nn.init.normal_(parameter, std=_INITIAL_DEVIATION)


class S4Stack(nn.Module):
    """The released code's network: S4 blocks, each halving the columns and the width."""

    def __init__(self, config: StateMachineConfig) -> None:
        super().__init__()
        widths = [config.orders >> level for level in range(config.machines + 1)]
        self.encoder = nn.Linear(config.dim, widths[0])
        self.blocks = nn.ModuleList(
            S4Block(width, orders=config.orders, dropout=config.dropout) for width in widths[:-1]
        )
        self.decoder = nn.Linear(widths[-1], config.dim)

    def forward(self, tokens: Float[Tensor, "b l d"]) -> Float[Tensor, "b d"]:
        tokens = self.encoder(tokens)
        for block in self.blocks:
            tokens = block(tokens)
        return self.decoder(tokens.mean(dim=1))


class S4Block(nn.Module):
    """Layer norm, S4 and dropout beside a residual; then pairs of columns, half the width, GELU."""

    def __init__(self, width: int, *, orders: int, dropout: float) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.s4 = S4Layer(width, orders=orders, dropout=dropout)
        self.dropout = nn.Dropout1d(dropout)
        self.halve = nn.Linear(width, width // 2)

    def forward(self, tokens: Float[Tensor, "b l c"]) -> Float[Tensor, "b m e"]:
        heard = self.dropout(self.s4(self.norm(tokens)).transpose(1, 2))
        pairs = F.avg_pool1d(tokens.transpose(1, 2) + heard, 2)
        return F.gelu(self.halve(pairs.transpose(1, 2)))
