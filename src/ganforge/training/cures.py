"""Remedies for a failing training; settings that are already so are left out."""

from __future__ import annotations

from ganforge.objectives.settings import (
    AnyObjectiveSettings,
    GameSettings,
    ObjectiveSettings,
    PairedSettings,
    StylesSettings,
    WithoutPairsSettings,
)
from ganforge.training.settings import AugmentSettings, TrainSettings


def cures(
    objective: ObjectiveSettings, train: TrainSettings, augment: AugmentSettings, *, few: bool, mixes_batch: bool
) -> dict[str, str]:
    """What to change for each sign of failure, by its column.

    Args:
        objective, train, augment: sections of params.yaml.
        few: whether there are so few real signals that the discriminator may memorise them.
        mixes_batch: whether the discriminator sees how varied the samples of a batch are.
    """
    winning = [f"lower train.discriminator_rate from {train.discriminator_rate:g}", *_penalties(objective)]
    paired = isinstance(objective, PairedSettings)
    if few and augment.mode == "none":
        winning.append(f"set augment.mode to {'together' if paired else 'adaptive'}")
    slower = [f"lower train.learning_rate from {_text(train.learning_rate)}", *_penalties(objective)]
    alike = list(slower)
    if isinstance(objective, GameSettings) and objective.loss != "relativistic":
        alike.append("set objective.loss to relativistic")
    if isinstance(objective, StylesSettings):
        alike.insert(0, f"raise objective.diversity from {objective.diversity:g}")
    if not mixes_batch and not objective.needs_source:
        alike.append("set network.name to modulated, whose discriminator sees how varied samples are")
    of_all = {"loss_discriminator": _or(slower), "pair_accuracy": _or(winning)}
    of_all |= dict.fromkeys(("relative_spread", "least_spread"), _or(alike))
    return of_all | (_without_pairs(objective, train) if isinstance(objective, WithoutPairsSettings) else {})


def _without_pairs(objective: WithoutPairsSettings, train: TrainSettings) -> dict[str, str]:
    """Remedies for translation without pairs."""
    held = {name: getattr(objective, name, 0.0) for name in ("cycle", "contrast", "identity")}
    loosen = [f"lower objective.{name} from {weight:g}" for name, weight in held.items() if weight]
    finer = [f"lower train.learning_rate from {_text(train.learning_rate)}", *_penalties(objective)]
    return {
        "change": _or(loosen or ["raise train.discriminator_rate"]),
        "correlation": f"raise objective.identity from {objective.identity:g}, unless you want this",
        "chequers": _or(finer),
        "detail": f"raise train.images from {train.images}: after a short training, samples are blurred",
    }


def _penalties(objective: AnyObjectiveSettings) -> list[str]:
    """Stronger penalties if there are any, or else the usual ones."""
    if not isinstance(objective, GameSettings):
        return []
    present = [name for name in ("r1", "r2", "wgan_gp") if getattr(objective, name)]
    if not present:
        return ["set objective.r1 and objective.r2, to 0.1 or more"]
    return [f"raise objective.{name} from {_text(getattr(objective, name))}" for name in present]


def _text(value: object) -> str:
    return f"{value:g}" if isinstance(value, float | int) else f"{getattr(value, 'start', value):g}"


def _or(cures: list[str]) -> str:
    return " or ".join([", ".join(cures[:-1]), cures[-1]]) if len(cures) > 1 else cures[0]
