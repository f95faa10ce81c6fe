"""From parameters and prepared data to a trainer that is ready to run."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import torch

from ganforge.errors import UserError
from ganforge.networks import LatentGenerator, NetworkSpec, build_discriminator, build_generator
from ganforge.networks.sampling import decode, draw_latents
from ganforge.networks.storage import GeneratorConfig
from ganforge.objectives import LOSSES, PENALTIES, Adversarial, Penalty
from ganforge.params import AugmentSettings, NetworkSettings, Params, Schedule
from ganforge.prepared.storage import Meta, Prepared
from ganforge.scale import arrange
from ganforge.training.augmentation import DifferentiableAugmentation
from ganforge.training.batches import Batches, Order, choose_batches
from ganforge.training.best import BestGenerator, Judge
from ganforge.training.checkpoints import Checkpoints
from ganforge.training.cuda_graphs import RecordedStep
from ganforge.training.device import set_precision
from ganforge.training.distributed import World, share_normalisation
from ganforge.training.game import Game
from ganforge.training.optimisers import build_optimiser
from ganforge.training.schedules import value_at
from ganforge.training.standing_statistics import StandingStatistics
from ganforge.training.step import Step
from ganforge.training.trainer import Kept, Preview, Trainer

PREVIEW_COLUMNS = 10
PREVIEW_ROWS = 20
PREVIEW_SEED = 0


def generator_spec(params: NetworkSettings, meta: Meta) -> NetworkSpec:
    """The generator that ``params`` ask for, fitted to the data that ``meta`` describes."""
    classes = len(meta.classes) if params.conditional == "auto" else 0
    return NetworkSpec(
        params.name,
        meta.shape,
        classes,
        params.latent_dim,
        params.width,
        attention=params.attention,
        refinement=params.refinement,
        sphere=params.sampling == "sphere",
        spectral_norm=params.spectral_norm,
    )


def discriminator_spec(params: NetworkSettings, spec: NetworkSpec) -> NetworkSpec:
    """The discriminator that ``params`` ask for beside a generator of ``spec``."""
    width = params.discriminator_width
    return spec if width == "same" else replace(spec, width=width)


def built(params: NetworkSettings, meta: Meta, kept: Kept) -> tuple[LatentGenerator, GeneratorConfig]:
    """The generator that has the weights which a training kept, in evaluation mode, and what it has to be known by."""
    spec = generator_spec(params, meta)
    module = build_generator(spec)
    module.load_state_dict(kept.weights)
    labelled = spec.classes > 0
    config = GeneratorConfig(
        network=spec,
        signal=meta.signal,
        dataset=meta.dataset,
        classes=meta.classes if labelled else (),
        class_counts=meta.class_counts if labelled else (),
        images=kept.images,
    )
    return module.eval(), config


def build_trainer(
    params: Params,
    data: Prepared,
    checkpoints: Checkpoints,
    device: torch.device,
    judge: Judge | None = None,
    world: World | None = None,
) -> Trainer:
    """Networks, objective and batches on ``device``, resumed from ``checkpoints`` where there is one.

    Args:
        params: all of params.yaml.
        data: prepared arrays.
        checkpoints: where to resume from, and where to save to.
        device: where to train.
        judge: measures a generator, to keep the best one; None to keep the last.
        world: the processes that share the training; None for this one alone.

    Raises:
        UserError: there are fewer training images than a batch holds.
    """
    world = world or World()
    spec = generator_spec(params.network, data.meta)
    train = data.splits["train"]
    if len(train.images) < params.train.batch_size:
        raise UserError(
            f"params.yaml: train.batch_size is {params.train.batch_size}, but {data.meta.dataset} has only "
            f"{len(train.images)} training images; allowed is at most that many."
        )
    set_precision(params.train.precision)
    torch.manual_seed(params.train.seed)
    objective = build_objective(params, spec, world, device)
    recorded = can_be_recorded(params, device, world)
    optimisers = (
        build_optimiser(params.train, objective.generator, device, recorded=recorded),
        build_optimiser(params.train, objective.discriminator, device, recorded=recorded),
    )
    step = Step(objective, optimisers, bfloat16=params.train.precision == "bfloat16", world=world)
    best = BestGenerator(judge) if judge is not None and params.train.best_every else None
    game = Game(
        objective,
        RecordedStep(step) if recorded else step,
        optimisers,
        build_batches(train.images, train.labels if spec.classes else None, params, device, world),
        spec.latent_dim,
        params.train,
        world,
        device,
    )
    settle = StandingStatistics(spec, data.meta.class_counts, params.train.standing_statistics, device)
    return Trainer(game, checkpoints, settle, build_preview(spec, device), best)


def build_objective(params: Params, spec: NetworkSpec, world: World, device: torch.device) -> Adversarial:
    """Both networks on ``device``, and the game that they play."""
    train = params.train
    generator = share_normalisation(build_generator(spec), world, device)
    penalties = {
        name: Penalty(partial(value_at, getattr(train, name)), getattr(train, f"{name}_interval")) for name in PENALTIES
    }
    objective = Adversarial(
        generator,
        build_discriminator(discriminator_spec(params.network, spec)),
        LOSSES[train.loss],
        target=1 - train.label_smoothing,
        penalties=penalties,
        augmentation=build_augmentation(params.augment, world),
    )
    arrange(objective.to(device), len(spec.size))
    return objective


def build_augmentation(params: AugmentSettings, world: World) -> DifferentiableAugmentation | None:
    """What the discriminator sees instead of the images, or None for the images."""
    if params.mode == "none":
        return None
    return DifferentiableAugmentation(
        params.transformations,
        adaptive=params.mode == "adaptive",
        target=params.target,
        speed=params.speed,
        world=world,
    )


def build_batches(
    images: np.ndarray, labels: np.ndarray | None, params: Params, device: torch.device, world: World
) -> Batches:
    """The batches of this process's share; ``labels`` are those of the images, or None."""
    order = partial(Order, len(images), params.train.batch_size, params.train.seed, (world.rank, world.size))
    copies = 1 if device.type == "cuda" else world.size  # processes that put them into the same memory
    return choose_batches(images, labels, order, device, copies)


def can_be_recorded(params: Params, device: torch.device, world: World) -> bool:
    """Whether every step does the same work on the same tensors, so that a CUDA graph can replay it."""
    grows = params.network.name == "progressive"
    beta2_changes = isinstance(params.train.beta2, Schedule)  # a number that a recorded optimiser would not see change
    return params.compute.cuda_graphs and device.type == "cuda" and world.size == 1 and not grows and not beta2_changes


def build_preview(spec: NetworkSpec, device: torch.device) -> Preview:
    """Draws the same few samples from any state of a generator, a row for each class (of at most PREVIEW_ROWS)."""
    rows = min(spec.classes or PREVIEW_COLUMNS, PREVIEW_ROWS)
    latents = draw_latents(PREVIEW_SEED, rows * PREVIEW_COLUMNS, spec.latent_dim)
    labels = np.repeat(np.arange(rows), PREVIEW_COLUMNS) if spec.classes else None

    def preview(generator: torch.nn.Module) -> np.ndarray:
        return np.concatenate(list(decode(generator, latents, labels, device)))

    return preview
