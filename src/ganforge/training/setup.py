"""Builds a trainer from settings and prepared data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch import Tensor, nn

from ganforge.compute import ComputeSettings
from ganforge.compute.device import set_precision
from ganforge.conditions import Condition, condition_for
from ganforge.conditions.source import Source
from ganforge.errors import UserError
from ganforge.networks.build import build_discriminator, build_generator
from ganforge.networks.layers import arrange
from ganforge.networks.progressive import grows
from ganforge.networks.sampling import decode, draw_latents
from ganforge.networks.settings import NetworkSettings
from ganforge.networks.spec import NetworkSpec
from ganforge.networks.storage import GeneratorConfig
from ganforge.networks.two_way import BACK, THERE, one_way
from ganforge.objectives.objective import Guide, Objective, Players, build_objective
from ganforge.objectives.settings import ObjectiveSettings
from ganforge.prepared.columns import SIGNAL, SOURCE, Arrays
from ganforge.prepared.facts import FEW_IMAGES
from ganforge.prepared.meta import Meta, Prepared
from ganforge.settings import Schedule
from ganforge.signals import signal_of
from ganforge.signals.image import have_one_size, with_channels
from ganforge.training.augmentation import DifferentiableAugmentation, moved
from ganforge.training.batches import Batches, Order, choose_batches
from ganforge.training.best import BestGenerator, Judge
from ganforge.training.checkpoints import Checkpoints
from ganforge.training.cuda_graphs import RecordedStep
from ganforge.training.cures import cures
from ganforge.training.distributed import World, share_normalisation
from ganforge.training.game import Game
from ganforge.training.optimisers import build_optimiser
from ganforge.training.schedules import value_at
from ganforge.training.settings import AugmentSettings, MovedTogether, NoAugmentation, TrainSettings, Transformed
from ganforge.training.standing_statistics import StandingStatistics
from ganforge.training.trainer import Preview, TrainedWeights, Trainer

PREVIEW_COLUMNS = 10
PREVIEW_ROWS = 20
PREVIEW_SEED = 0


@dataclass(frozen=True)
class Plan:
    """The sections of params.yaml that fix a training.

    Attributes:
        network, objective, train, augment: see the settings of their packages.
        compute: where it runs.
    """

    network: NetworkSettings
    objective: ObjectiveSettings
    train: TrainSettings
    augment: AugmentSettings
    compute: ComputeSettings


def generator_spec(settings: NetworkSettings, meta: Meta) -> NetworkSpec:
    """The specification of the generator in ``settings`` for the data of ``meta``."""
    return NetworkSpec(settings, signal_of(meta.columns[SIGNAL]), condition_for(settings.conditional, meta))


def assemble_generator(
    settings: NetworkSettings, meta: Meta, trained: TrainedWeights
) -> tuple[nn.Module, GeneratorConfig]:
    """The generator with the weights of a training, in evaluation mode, and its configuration."""
    spec = generator_spec(settings, meta)
    module = build_generator(spec)
    module.load_state_dict(one_way(trained.weights, THERE) or trained.weights)
    return module.eval(), GeneratorConfig(spec, meta.dataset, trained.images)


def assemble_way_back(
    settings: NetworkSettings, meta: Meta, trained: TrainedWeights
) -> tuple[nn.Module, GeneratorConfig] | None:
    """The generator from signals to sources, if the training made one; see `assemble_generator`."""
    weights = one_way(trained.weights, BACK)
    if not weights:
        return None
    spec = generator_spec(settings, meta).reversed()
    module = build_generator(spec)
    module.load_state_dict(weights)
    return module.eval(), GeneratorConfig(spec, meta.dataset, trained.images)


def build_trainer(
    plan: Plan,
    data: Prepared,
    checkpoints: Checkpoints,
    device: torch.device,
    judge: Judge | None = None,
    world: World | None = None,
    guide: Guide | None = None,
) -> Trainer:
    """Networks, objective and batches on ``device``, resumed from ``checkpoints`` where there is one.

    Args:
        plan: settings.
        data: prepared arrays.
        checkpoints: where to resume from, and where to save to.
        device: where to train.
        judge: measures generators, to keep the best one; None to keep the last.
        world: the processes that share the training; None for this process alone.
        guide: see `ganforge.objectives.objective.Players`.

    Raises:
        UserError: there are fewer training items than a batch holds, or a setting does not fit the signal.
    """
    world, train = world or World(), data.splits["train"]
    spec = generator_spec(plan.network, data.meta)
    pool = {name: train.columns[name] for name in spec.condition.columns}
    check_batch_size(plan.train, data, spec.condition)
    set_precision(plan.train.precision)
    torch.manual_seed(plan.train.seed)
    objective = build_players(plan, spec, world, device, guide)
    recorded = can_be_recorded(plan, objective, device, world)
    players = [player for player in (objective.generators, objective.discriminators) if player is not None]
    game = Game(
        objective,
        [build_optimiser(plan.train, player, device, recorded=recorded) for player in players],
        build_batches(data, spec.condition, plan, device, world),
        spec.signal,
        spec.latent_dim,
        plan.train,
        world,
        device,
        build_moves(plan.augment, spec),
    )
    if recorded:
        game.play_by(RecordedStep)
    refresh = StandingStatistics(spec, pool, plan.train.standing_statistics, device)
    best = BestGenerator(judge) if judge is not None and plan.train.best_every else None
    few = len(train) < FEW_IMAGES
    mixes_batch = getattr(objective.discriminators, "mixes_batch", False)
    advice = cures(plan.objective, plan.train, plan.augment, few=few, mixes_batch=mixes_batch)
    return Trainer(game, checkpoints, refresh, build_preview(spec, pool, device), best, advice)


def check_batch_size(settings: TrainSettings, data: Prepared, condition: Condition) -> None:
    """Checks that every column in use has enough training items for a batch.

    Raises:
        UserError: a column has fewer.
    """
    for name in (SIGNAL, *condition.columns):
        column = data.splits["train"].columns[name]
        if len(column) < settings.batch_size:
            raise UserError(
                f"params.yaml: train.batch_size is {settings.batch_size}, but {data.meta.dataset} has only "
                f"{len(column)} training items of {name}; allowed is at most that many."
            )


def build_players(
    plan: Plan, spec: NetworkSpec, world: World, device: torch.device, guide: Guide | None = None
) -> Objective:
    """Both networks on ``device``, with their objective."""

    def players_of(spec: NetworkSpec) -> Players:
        return Players(
            build_generator=lambda: share_normalisation(build_generator(spec), world, device),
            build_discriminator=lambda: build_discriminator(spec.of_discriminator()),
            condition=spec.condition,
            augmentation=build_augmentation(plan.augment, spec, world),
            schedule=value_at,
            guide=guide,
            shape=spec.shape,
            latent_dim=spec.latent_dim,
            batch_size=plan.train.batch_size,
            reversed=(lambda: players_of(spec.reversed())) if spec.condition.signals else None,
            gather=world.gather,
            share=world.share,
        )

    objective = build_objective(plan.objective, players_of(spec))
    arrange(objective.to(device), len(spec.size))
    return objective


def build_augmentation(settings: AugmentSettings, spec: NetworkSpec, world: World) -> DifferentiableAugmentation | None:
    """The augmentation of what the discriminator sees, or None.

    Raises:
        UserError: a transformation does not suit the kind of signal, or would move it away from its source.
    """
    if isinstance(settings, NoAugmentation | MovedTogether):
        return None
    assert isinstance(settings, Transformed)
    if isinstance(spec.condition, Source) and not spec.condition.unpaired:
        raise UserError(
            f"params.yaml: augment.mode is {settings.mode}, which would change {spec.signal.plural} but not their "
            "sources; allowed is none or together."
        )
    wrong = [name for name in settings.transformations if name not in spec.signal.transformations]
    if wrong:
        allowed = ", ".join(spec.signal.transformations) or "none: set augment.mode to none"
        raise UserError(
            f"params.yaml: augment.transformations names {wrong[0]}, which does not suit {spec.signal.plural}; "
            f"allowed is {allowed}."
        )
    return DifferentiableAugmentation.of(settings, world)


def build_moves(settings: AugmentSettings, spec: NetworkSpec) -> Callable[[Tensor], Tensor] | None:
    """The augmentation that moves signals and their sources together, or None.

    Raises:
        UserError: signals have no sources, or cannot be moved in this way.
    """
    if not isinstance(settings, MovedTogether):
        return None
    sources = spec.condition.signals.values()
    if not sources or any(source.network_shape[1:] != spec.size for source in sources):
        raise UserError(
            f"params.yaml: augment.mode is together, but these {spec.signal.plural} have no sources of their size to "
            "move with them; allowed is none, always or adaptive."
        )
    wrong = [name for name in settings.moves if name not in spec.signal.moves]
    if wrong:
        raise UserError(
            f"params.yaml: augment.moves names {wrong[0]}, which does not suit {spec.signal.plural}; allowed is "
            f"{', '.join(spec.signal.moves) or 'none: set augment.mode to none'}."
        )
    return partial(moved, names=settings.moves)


def build_batches(data: Prepared, condition: Condition, plan: Plan, device: torch.device, world: World) -> Batches:
    """The batches of this process's share: the signals, and the columns of the condition."""
    columns = data.splits["train"].columns
    together = {SIGNAL: columns[SIGNAL]} | {name: columns[name] for name in condition.columns}
    groups: list[Arrays] = [together]
    if SOURCE in together and not data.meta.paired:
        groups = [{name: column for name, column in together.items() if name != SOURCE}, {SOURCE: together[SOURCE]}]
    order = partial(Order, batch_size=plan.train.batch_size, seed=plan.train.seed, part=(world.rank, world.size))
    copies = 1 if device.type == "cuda" else world.size  # processes that load them into the same memory
    return choose_batches(groups, order, device, copies)


def can_be_recorded(plan: Plan, objective: Objective, device: torch.device, world: World) -> bool:
    """Whether every step does the same work on the same tensors, so that a CUDA graph can replay it."""
    beta2_changes = isinstance(plan.train.beta2, Schedule)  # a recorded optimiser would not see this number change
    alone = device.type == "cuda" and world.size == 1
    return plan.compute.cuda_graphs and alone and not grows(objective) and not beta2_changes


def build_preview(spec: NetworkSpec, pool: Arrays, device: torch.device) -> Preview:
    """Draws the same few samples from any state of a generator: a row for each of the condition's examples, if any.

    If they are made from sources, each source is shown before its sample.
    """
    examples = spec.condition.examples(PREVIEW_ROWS)
    rows = len(examples) or PREVIEW_COLUMNS
    count = rows * PREVIEW_COLUMNS
    latents = draw_latents(PREVIEW_SEED, count, spec.latent_dim)
    given = [example for example in examples for _ in range(PREVIEW_COLUMNS)] or None
    condition = spec.condition.ask(given, PREVIEW_SEED, count, pool)

    shown = condition.get(SOURCE)

    def preview(generator: nn.Module) -> np.ndarray:
        drawn = np.concatenate(list(decode(generator, spec, latents, condition, device)))
        return drawn if shown is None else _interleaved(shown, drawn)

    return preview


def _interleaved(sources: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """Half of the sources, each followed by its sample; only samples if sources do not fit on the sheet."""
    half = len(drawn) // 2
    if not have_one_size(sources, drawn):
        return drawn
    return np.stack([with_channels(sources[:half], drawn.shape[1]), drawn[:half]], 1).reshape(-1, *drawn.shape[1:])
