"""Many styles by one network: what is added to the game, against the formulas of the paper."""

import pytest
import torch
from pydantic import TypeAdapter

from ganforge.conditions.labels import Labels
from ganforge.conditions.source import Source
from ganforge.conditions.styled import StyledSource
from ganforge.errors import UserError
from ganforge.networks.build import build_discriminator, build_generator
from ganforge.objectives.objective import Players, build_objective
from ganforge.objectives.settings import ObjectiveSettings
from ganforge.signals.image import ImageSignal
from ganforge.training.schedules import value_at
from tests.specs import PLAN, spec
from tests.training.unpaired import STYLES
from tests.translators import varied

SHAPE, NAMES = (1, 16, 16), ("ink", "oil", "chalk")
STYLED = StyledSource(ImageSignal(SHAPE), Labels(NAMES, [1, 1, 1]))


def objective(network="styled", condition=STYLED, **changes):
    torch.manual_seed(0)
    of = spec(network, signal=ImageSignal(SHAPE), condition=condition)
    values = {**PLAN["objective"], **STYLES, "r1": 0.0, "r2": 0.0, **changes}
    players = Players(
        lambda: build_generator(of), lambda: build_discriminator(of), condition, None, value_at, shape=of.shape,
        latent_dim=of.latent_dim, batch_size=6, reversed=lambda: players,
    )  # fmt: skip
    game = build_objective(TypeAdapter(ObjectiveSettings).validate_python(values), players)
    varied(game.generators)
    game.advance(0.25)
    return game


def batch():
    torch.manual_seed(1)
    signal, source = torch.rand(2, 6, *SHAPE) * 2 - 1
    labels = torch.tensor([0, 1, 2, 2, 1, 0])
    return {"signal": signal, "source": source, "labels": labels, "latents": torch.randn(6, 4)}


def test_every_other_picture_has_the_style_of_a_name_and_the_others_that_of_an_example():
    game, given = objective(), batch()
    drawn, translator = game.generate(given), game.kept
    by_name = translator.mapping(given["latents"], {"labels": given["labels"]})
    by_example = translator.encoder(given["signal"])
    assert torch.equal(drawn["style"][::2], by_name[::2])
    assert torch.equal(drawn["style"][1::2], by_example[1::2])
    again = translator(given["latents"], {"source": given["source"], "labels": given["labels"]})
    assert torch.allclose(drawn["signal"][::2], again[::2], atol=1e-6)


def test_styles_are_found_again_and_the_source_after_a_cycle_with_their_weights():
    game, given = objective(), batch()
    drawn = game.generate(given)
    _, carried, _ = game.discriminator_loss(given, drawn, ())
    torch.manual_seed(3)
    loss, terms = game.generator_loss(given, drawn, carried)
    encoder, x, y, made = game.kept.encoder, given["source"], given["signal"], drawn["signal"]

    def in_style(pictures, style):
        return game.kept(style, {"source": pictures, "style": style})

    torch.manual_seed(3)
    others = game.kept(torch.randn(6, 4), given)
    expected = {
        "loss_style": (encoder(made) - drawn["style"]).abs().mean(),
        "loss_cycle": (in_style(made, encoder(x)) - x).abs().mean(),
        "loss_identity": (in_style(y, encoder(y)) - y).abs().mean(),
        "diversity": (made - others).abs().mean(),
    }
    for name, value in expected.items():
        assert terms[name].item() == pytest.approx(value.item(), rel=1e-4), name
    weighted = 2 * expected["loss_style"] + 5 * expected["loss_cycle"] + expected["loss_identity"]
    diversity = 0.75 * 3 * expected["diversity"]  # a quarter of the run is done
    assert loss.item() == pytest.approx((terms["loss_generator"] + weighted - diversity).item(), rel=1e-4)


def test_a_picture_is_judged_by_the_score_of_its_style():
    game, given = objective(), batch()
    judge = game.discriminators
    every = [judge(given["signal"], {**given, "labels": torch.full((6,), style)}) for style in range(3)]
    scores = judge(given["signal"], given)
    for row, style in enumerate(given["labels"].tolist()):
        assert torch.equal(scores[row], every[style][row])
        assert not torch.equal(scores[row], every[style - 1][row])


@pytest.mark.parametrize(
    ("network", "condition", "sentence"),
    [
        ("translator", STYLED, "set network.name to styled"),
        ("styled", Source(ImageSignal(SHAPE), unpaired=True), "needs several styles, but the data have none"),
        ("styled", StyledSource(ImageSignal((3, 16, 16)), STYLED.styles), "set dataset.channels to 3.$"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(network, condition, sentence):
    with pytest.raises(UserError, match=sentence):
        objective(network, condition)
