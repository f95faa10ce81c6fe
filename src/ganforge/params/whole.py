"""The whole of params.yaml, with the rules between its sections."""

from __future__ import annotations

from typing import Any

from pydantic import model_validator

from ganforge.augmenting.settings import AugmentationStudySettings
from ganforge.compute.settings import ComputeSettings
from ganforge.datasets.settings import DatasetSettings
from ganforge.errors import UserError
from ganforge.evaluation.settings import EvaluationSettings, SampleSettings
from ganforge.features.settings import ExtractorSettings
from ganforge.latents.settings import DirectionsSettings
from ganforge.networks.settings import NetworkSettings
from ganforge.objectives.settings import ObjectiveSettings
from ganforge.runs.settings import GateSettings
from ganforge.settings import Section, leaves
from ganforge.training.settings import AugmentSettings, TrainSettings


class Params(Section):
    """The whole of params.yaml."""

    dataset: DatasetSettings
    extractor: ExtractorSettings
    network: NetworkSettings
    objective: ObjectiveSettings
    train: TrainSettings
    augment: AugmentSettings
    sample: SampleSettings
    evaluation: EvaluationSettings
    directions: DirectionsSettings
    gate: GateSettings
    augmentation_study: AugmentationStudySettings
    compute: ComputeSettings

    @model_validator(mode="after")
    def _enough_samples(self) -> Params:
        if self.sample.count != "auto" and self.sample.count <= self.evaluation.neighbours:
            raise ValueError(
                f"sample.count is {self.sample.count}, not more than evaluation.neighbours, "
                f"{self.evaluation.neighbours}: draw more samples or use fewer neighbours"
            )
        return self

    @model_validator(mode="after")
    def _adaptive_augmentation_has_a_sign_to_go_by(self) -> Params:
        if self.augment.mode == "adaptive" and not self.objective.scores_have_a_sign:
            raise ValueError(
                "augment.mode is adaptive, but the sign of this objective's scores does not distinguish real from "
                "generated: set it to none or always, or choose another objective.loss"
            )
        return self

    @model_validator(mode="after")
    def _what_guides_does_not_measure(self) -> Params:
        if self.objective.guided and self.extractor.name == "squeezenet":
            raise ValueError(
                "objective.perceptual is above 0 and extractor.name is squeezenet, but a network in the training loss "
                "must not compute the scores: set extractor.name to classifier, or objective.perceptual to 0"
            )
        return self

    @model_validator(mode="after")
    def _draws_of_a_source_differ(self) -> Params:
        latents = getattr(self.network, "latent_dim", 1)
        if not latents and self.objective.needs_latents:
            raise ValueError(
                "objective.diversity is above 0, but network.latent_dim is 0, so a source has only one output: "
                "set network.latent_dim to 8, for example, or objective.diversity to 0"
            )
        if not latents and len(self.sample.seeds) > 1:
            raise ValueError(
                f"sample.seeds is {self.sample.seeds}, but network.latent_dim is 0, so all seeds give the same output: "
                "name one seed, or set network.latent_dim to 8, for example"
            )
        return self

    @model_validator(mode="after")
    def _pool_holds_a_batch(self) -> Params:
        pool = getattr(self.objective, "pool", 0)
        if 0 < pool < self.train.batch_size:
            raise ValueError(
                f"objective.pool is {pool} while train.batch_size is {self.train.batch_size}; allowed is 0 or at least "
                "train.batch_size: change one of the two"
            )
        return self

    @model_validator(mode="after")
    def _processes_share_a_batch(self) -> Params:
        if self.compute.processes > 1 and self.compute.device == "mps":
            raise ValueError("compute.processes is more than 1, but mps has one device: set it to 1")
        if self.train.batch_size % self.compute.processes or self.train.batch_size < 2 * self.compute.processes:
            raise ValueError(
                f"train.batch_size is {self.train.batch_size}, which compute.processes, {self.compute.processes}, "
                "cannot share equally with at least 2 images each: change one of them"
            )
        return self

    def check_source(self) -> None:
        """Checks that a network that translates has data to translate.

        Reading a file does not check this, because a recipe may set the network before the data.

        Raises:
            UserError: the data do not fit the network or the objective.
        """
        wanted = {
            f"network.name is {self.network.name}": self.network.needs_source,
            f"objective.name is {self.objective.name}": self.objective.needs_source,
            "augment.mode is together": self.augment.mode == "together",
        }
        asked = next((what for what, needed in wanted.items() if needed), None)
        if asked is not None and not self.dataset.has_source:
            raise UserError(
                f"params.yaml: {asked}, but {self.dataset.name} has no pictures to translate: set dataset.source to "
                "grey, edges, small or masked, or set dataset.name to pairs, unpaired or emoji."
            )
        pairs = self.objective.needs_pairs
        if pairs is not None and pairs != self.dataset.has_pairs:
            found, objectives = "no pairs", "cycle, contrastive or styles"
            if self.dataset.has_pairs:
                found, objectives = "pairs", "paired"
            raise UserError(
                f"params.yaml: objective.name is {self.objective.name}, but {self.dataset.name} has {found} to learn "
                f"from: set objective.name to {objectives}, or use other data."
            )
        styled = {
            "dataset.labels": ("styles", self.dataset.styles, getattr(self.dataset, "labels", "")),
            "network.name": ("styled", self.network.needs_styles, self.network.name),
            "objective.name": ("styles", self.objective.needs_styles, self.objective.name),
        }
        if len({has for _, has, _ in styled.values()}) > 1:
            found = ", ".join(f"{key} is {value}" for key, (_, _, value) in styled.items())
            wanted_values = ", ".join(f"{key}={value}" for key, (value, _, _) in styled.items())
            raise UserError(
                f"params.yaml: {found}, but several styles need all of {wanted_values}, and one style needs none: "
                " change those that differ; `ganforge recipe many_styles` sets all."
            )
        if asked is not None and self.network.conditional == "never":
            raise UserError(f"params.yaml: {asked}, but network.conditional is never: set it to auto.")

    def flat(self) -> dict[str, Any]:
        """Every value under its dotted key, as in ``objective.loss`` or ``train.learning_rate.start``."""
        return dict(leaves(self.model_dump(mode="json")))
