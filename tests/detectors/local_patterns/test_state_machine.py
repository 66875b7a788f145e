"""Both readings of SMM: shapes, masks, what their states are, and what they can tell apart."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from detectors.local_patterns.answers import (
    Answers,
    constant_target_loss,
    constant_target_probability,
)
from detectors.local_patterns.legendre import bilinear, legs
from detectors.local_patterns.s4 import S4Layer
from detectors.local_patterns.state_machine import (
    LegendreStack,
    S4Stack,
    StateMachineConfig,
    StateMachineModule,
    Variant,
)
from segments.errors import WeightsMissing

VARIANTS: tuple[Variant, ...] = ("paper", "s4")


def small(variant: Variant = "paper", **changes: object) -> StateMachineModule:
    sizes = {"dim": 6, "words": 5, "image_tokens": 8, "machines": 2, "orders": 8} | changes
    torch.manual_seed(0)
    return StateMachineModule(StateMachineConfig(variant=variant, **sizes)).eval()  # type: ignore[arg-type]


def opened(module: StateMachineModule) -> StateMachineModule:
    """With every weight at work, as after training."""
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.add_(0.3 * torch.randn_like(parameter))
    return module


def test_the_sizes_of_the_two_papers() -> None:
    paper = StateMachineModule(StateMachineConfig())
    assert paper.config.length == 64
    assert isinstance(paper.reader, LegendreStack)
    # 768 x 64 + 64, three C of 64 x 64, 64 x 768 + 768
    assert sum(p.numel() for p in paper.parameters()) == 49_216 + 3 * 4096 + 49_920
    weights = torch.cat([p.detach().flatten() for p in paper.parameters() if p.dim() == 2])
    assert float(weights.std()) == pytest.approx(0.02, rel=0.02)
    released = StateMachineModule(StateMachineConfig(variant="s4"))
    assert released.config.length == 33
    assert isinstance(released.reader, S4Stack)
    assert [b.halve.out_features for b in released.reader.blocks] == [32, 16, 8]  # type: ignore[union-attr]
    question, image = torch.randn(2, 32, 768), torch.randn(2, 32, 768)
    for module in (paper, released):
        assert module(question, image).shape == (2, 768)


@pytest.mark.parametrize("variant", VARIANTS)
def test_masked_and_absent_words_are_the_same(variant: Variant) -> None:
    module = small(variant)
    question, image = torch.randn(2, 5, 6), torch.randn(2, 8, 6)
    mask = torch.tensor([[True, True, True, False, False]] * 2)
    short = module(question[:, :3], image)
    torch.testing.assert_close(module(question, image, mask), short)
    noisy = question.clone()
    noisy[:, 3:] += 9.0
    torch.testing.assert_close(module(noisy, image, mask), short)


@pytest.mark.parametrize("variant", VARIANTS)
def test_regions_of_a_batch_do_not_mix_and_every_part_counts(variant: Variant) -> None:
    module = opened(small(variant))
    question, image = torch.randn(3, 5, 6), torch.randn(3, 8, 6)
    together = module(question, image)
    alone = torch.cat([module(question[i : i + 1], image[i : i + 1]) for i in range(3)])
    torch.testing.assert_close(together, alone)
    for other in (module(question.flip(0), image), module(question, image.flip(0))):
        assert (other - together).abs().amax() > 1e-3


@pytest.mark.parametrize("variant", VARIANTS)
def test_wrong_numbers_of_tokens_are_refused(variant: Variant) -> None:
    module = small(variant)
    with pytest.raises(ValueError, match="question tokens"):
        module(torch.zeros(1, 6, 6), torch.zeros(1, 8, 6))
    with pytest.raises(ValueError, match="image tokens"):
        module(torch.zeros(1, 5, 6), torch.zeros(1, 7, 6))


@pytest.mark.parametrize("changes", [{"dim": 0}, {"machines": 0}, {"orders": 12, "machines": 3}])
def test_sizes_that_do_not_fit_are_refused(changes: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"size|halved"):
        StateMachineConfig(variant="s4", **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("variant", VARIANTS)
def test_files_give_the_module_back(tmp_path: Path, variant: Variant) -> None:
    module = opened(small(variant))
    with pytest.raises(WeightsMissing, match="--part smm"):
        StateMachineModule.from_pretrained(tmp_path)
    module.save_pretrained(tmp_path)
    back = StateMachineModule.from_pretrained(tmp_path)
    question, image = torch.randn(2, 5, 6), torch.randn(2, 8, 6)
    assert back.config == module.config
    assert torch.equal(back(question, image), module(question, image))


def test_the_memory_is_equation_14_unrolled() -> None:
    module = small()
    assert isinstance(module.reader, LegendreStack)
    signal = torch.randn(2, 13)
    a, b = bilinear(*legs(8), 1 / 13)
    state = np.zeros((2, 8))
    for column in range(13):
        state = state @ a.T + signal[:, column].double().numpy()[:, None] * b
    np.testing.assert_allclose(module.reader.memory(signal).numpy(), state, atol=1e-5)


def test_one_machine_by_hand() -> None:
    """One order, two columns: A = 3/5 and B = 2/5 of the step 1/2; the basis is 1 everywhere."""
    module = small(dim=1, words=1, image_tokens=1, machines=1, orders=1)
    stack = module.reader
    assert isinstance(stack, LegendreStack)
    with torch.no_grad():
        for layer, weight in ((stack.encoder, 2.0), (stack.highlights[0], 3.0)):
            layer.weight.fill_(weight)  # type: ignore[union-attr]
        stack.decoder.weight.fill_(5.0)
        stack.decoder.bias.fill_(1.0)
    answer = module(torch.tensor([[[1.0]]]), torch.tensor([[[4.0]]]))
    # u = 2, 8; c = 3/5 (2/5 x 2) + 2/5 x 8 = 3.68; x = 11.04; P = 5 x 11.04 + 1
    torch.testing.assert_close(answer, torch.tensor([[56.2]]))


def test_the_answer_is_read_where_the_shifted_basis_ends() -> None:
    """The last column, one ahead, lies at the end of the interval: there g_o = sqrt(2 o + 1)."""
    module = opened(small(machines=1, orders=3))
    stack, question, image = module.reader, torch.randn(2, 5, 6), torch.randn(2, 8, 6)
    assert isinstance(stack, LegendreStack)
    state = stack.memory(stack.encoder(torch.cat([question, image], dim=1)).sum(dim=-1))
    weighted = stack.highlights[0](state) * torch.tensor([1.0, 3.0, 5.0]).sqrt()
    torch.testing.assert_close(module(question, image), stack.decoder(weighted))


def _margins(module: StateMachineModule) -> Tensor:
    """yes less no along one direction, for two questions about two pictures."""
    torch.manual_seed(1)
    questions, images, towards_yes = torch.randn(2, 5, 6), torch.randn(2, 8, 6), torch.randn(6)
    answers = module(questions.repeat_interleave(2, 0), images.repeat(2, 1, 1))
    return (answers @ towards_yes).view(2, 2)


def test_as_printed_no_pair_of_words_and_picture_counts() -> None:
    """Without an activation the margin is a part of the question plus a part of the picture: who
    answers yes to the two true pairs answers yes to one of the two false ones."""
    with torch.no_grad():
        for module in (small(), small(first_order=1)):
            m = _margins(opened(module))
            spread = float(m.max() - m.min())
            assert abs(float(m[0, 0] + m[1, 1] - m[0, 1] - m[1, 0])) < 1e-5 * spread
        for module in (small("s4"), small(activation="gelu")):
            m = _margins(opened(module))
            spread = float(m.max() - m.min())
            assert abs(float(m[0, 0] + m[1, 1] - m[0, 1] - m[1, 0])) > 1e-2 * spread


def test_the_released_network_learns_which_words_go_with_which_picture() -> None:
    """The two true pairs are told from the two false ones, which the printed equations cannot."""
    torch.manual_seed(0)
    module = small("s4", dropout=0.0).train()
    words, images = torch.randn(2, 1, 6), torch.randn(2, 8, 6)
    questions, pictures = words.repeat_interleave(2, 0), images.repeat(2, 1, 1)
    truth = torch.tensor([1.0, 0.0, 0.0, 1.0])
    optimizer = torch.optim.Adam(module.parameters(), lr=1e-2)
    for _ in range(120):
        optimizer.zero_grad()
        constant_target_loss(module(questions, pictures), truth).backward()
        optimizer.step()
    told = constant_target_probability(module.eval()(questions, pictures))
    assert (told > 0.5).tolist() == [True, False, False, True]


@torch.no_grad()
def test_s4_begins_as_hippo() -> None:
    """Its turned matrix has LegS's eigenvalues and answers as LegS does."""
    torch.manual_seed(0)
    layer = S4Layer(3, orders=8).double()
    a, b = legs(8)
    own = layer.pairs() - torch.outer(layer.low_rank[0], layer.low_rank[0])
    eigenvalues = np.sort(np.linalg.eigvals(own.detach().numpy()).real)
    np.testing.assert_allclose(eigenvalues, np.arange(-8.0, 0.0), rtol=1e-3)
    moments = [float(layer.into[0] @ torch.matrix_power(own, k) @ layer.into[0]) for k in range(4)]
    expected = [float(b @ np.linalg.matrix_power(a, k) @ b) for k in range(4)]
    np.testing.assert_allclose(moments, expected, rtol=1e-4)
    assert (
        0.999e-3 <= float(layer.log_step.exp().min()) <= float(layer.log_step.exp().max()) <= 1e-1
    )


def test_s4_convolves_as_its_machine_steps_and_never_grows() -> None:
    torch.manual_seed(0)
    layer = S4Layer(2, orders=6).eval()
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.add_(torch.randn_like(parameter))
        a, b = layer.discretised()
        assert float(torch.linalg.eigvals(a).abs().max()) < 1
        signal = torch.randn(1, 9, 2)
        state, heard = torch.zeros(2, 6), []
        for token in signal[0]:
            state = torch.einsum("cij,cj->ci", a, state) + b * token[:, None]
            heard.append((layer.out_of * state).sum(-1) + layer.skip * token)
        expected = layer.mix(torch.nn.functional.gelu(torch.stack(heard)))
        torch.testing.assert_close(layer(signal)[0], expected, rtol=1e-3, atol=1e-4)
        later = signal.clone()
        later[:, 5:] += 1.0
        torch.testing.assert_close(layer(later)[:, :5], layer(signal)[:, :5])


def test_an_odd_state_is_refused() -> None:
    with pytest.raises(ValueError, match="even"):
        S4Layer(2, orders=7)


def test_the_probability_and_loss_by_hand() -> None:
    answers = Answers(yes=torch.tensor([1.0, 0.0]), no=torch.tensor([0.0, 1.0]))
    said = torch.tensor([[2.0, 0.0], [1.0, 1.0], [0.0, -3.0]])
    # (1 + cos) / 2 of yes and no: 1 and 1/2; alike; 1/2 and 0
    torch.testing.assert_close(answers.probability(said), torch.tensor([2 / 3, 1 / 2, 1.0]))
    loss = answers.loss(said[:2], torch.tensor([1.0, 0.0]))
    assert float(loss) == pytest.approx(-(math.log(2 / 3) + math.log(1 / 2)) / 2)
    warm = Answers(answers.yes, answers.no, temperature=0.5)
    assert float(warm.probability(said[0])) == pytest.approx(1 / (1 + math.exp(-2)))


def test_close_answers_are_told_apart_by_a_temperature_only() -> None:
    yes, no = torch.tensor([1.0, 0.1]), torch.tensor([1.0, -0.1])
    assert float(Answers(yes, no).probability(yes)) < 0.51
    assert float(Answers(yes, no, temperature=0.005).probability(yes)) > 0.95


def test_the_loss_of_the_released_code_by_hand() -> None:
    answer = torch.tensor([[1.0, 0.0], [0.5, 0.5]])
    # yes: (0 + 1) / 2; no: (1/4 + 1/4) / 2
    assert float(constant_target_loss(answer, torch.tensor([1.0, 0.0]))) == pytest.approx(0.375)
    expected = torch.tensor([0.5, 0.5])
    torch.testing.assert_close(constant_target_probability(answer), expected)
    torch.testing.assert_close(
        constant_target_probability(torch.tensor([[3.0], [-1.0]])), torch.tensor([1.0, 0.0])
    )
