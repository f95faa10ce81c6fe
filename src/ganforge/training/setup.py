"""From parameters and prepared data to a trainer that is ready to run."""

from __future__ import annotations

import numpy as np
import torch

from ganforge.datasets.prepared import Meta, Prepared
from ganforge.errors import UserError
from ganforge.networks import NetworkSpec, build_discriminator, build_generator
from ganforge.networks.sampling import decode, draw_latents
from ganforge.objectives import Adversarial
from ganforge.params import NetworkParams, Params
from ganforge.scale import arrange
from ganforge.training.batches import Batches
from ganforge.training.checkpoints import Checkpoints
from ganforge.training.trainer import Trainer

PREVIEW_COLUMNS = 10
PREVIEW_SEED = 0


def network_spec(params: NetworkParams, meta: Meta) -> NetworkSpec:
    """The networks that ``params`` ask for, fitted to the data that ``meta`` describes."""
    classes = len(meta.classes) if params.conditional == "auto" else 0
    return NetworkSpec(params.name, meta.shape, classes, params.latent_dim, params.width)


def build_trainer(params: Params, data: Prepared, checkpoints: Checkpoints, device: torch.device) -> Trainer:
    """Networks, objective and batches on ``device``, resumed from ``checkpoints`` where there is one.

    Raises:
        UserError: there are fewer training images than a batch holds.
    """
    spec = network_spec(params.network, data.meta)
    train = data.splits["train"]
    if len(train.images) < params.train.batch_size:
        raise UserError(
            f"params.yaml: train.batch_size is {params.train.batch_size}, but {data.meta.dataset} has only "
            f"{len(train.images)} training images; allowed is at most that many."
        )
    torch.manual_seed(params.train.seed)
    objective = Adversarial(
        build_generator(spec),
        build_discriminator(spec),
        loss=params.train.loss,
        r1=params.train.r1,
        r2=params.train.r2,
        penalty_interval=params.train.penalty_interval,
    )
    arrange(objective.to(device), len(spec.size))
    images = torch.from_numpy(np.array(train.images)).to(device)
    labels = torch.from_numpy(np.array(train.labels)).to(device) if spec.classes else None
    batches = Batches(images, labels, params.train.batch_size, params.train.seed)
    rows = spec.classes or PREVIEW_COLUMNS
    preview_latents = draw_latents(PREVIEW_SEED, rows * PREVIEW_COLUMNS, spec.latent_dim)
    preview_labels = np.repeat(np.arange(rows), PREVIEW_COLUMNS) if spec.classes else None

    def preview(generator: torch.nn.Module) -> np.ndarray:
        return np.concatenate(list(decode(generator, preview_latents, preview_labels, device)))

    return Trainer(objective, batches, spec.latent_dim, params.train, checkpoints, preview, device)
