"""What a person should know of a generator before using it, in Markdown (Mitchell et al. 2018, "Model Cards")."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ganforge.evaluation.alarms import alarms
from ganforge.evaluation.meanings import SPREAD, headline, markdown_table
from ganforge.networks.storage import GeneratorConfig
from ganforge.prepared.storage import Meta

CARD = """\
# Generator of {dataset}

{network}, {images:,} real images shown in training{commit}. It draws {signal}s of {shape}{labels}.

## Data

{dataset}: {origin}. {train:,} items to learn from, {test:,} held out ({held_out}); SHA-256 of the arrays {digest}.

## Scores

{headline}

{table}

{spread}

{alarms}

## Intended use

Drawing samples that look like its training data: for study, for pictures, as additional training data after a test
that it helps. Samples have the gaps and the bias of that data, and a share of them is malformed; where people could
take them for real, say that they are not. "Not copied" and "exact copies" above say how far it repeats what it has
seen: where that must not come out, read them beside the column of real images, and look at the nearest training images
in the report.
"""


def model_card(
    config: GeneratorConfig, meta: Meta, scores: Mapping[str, Mapping[str, Any]], environment: Mapping[str, str]
) -> str:
    """The card of a generator.

    Args:
        config: of the generator.
        meta: of the data that it was trained on.
        scores: contents of metrics.json.
        environment: tags of its training, for the commit.
    """
    commit = environment.get("mlflow.source.git.commit", "")[:7]
    told = [f"**Alarm:** {alarm}." for alarm in alarms(scores)]
    return CARD.format(
        dataset=meta.dataset,
        network=config.network.name,
        images=config.images,
        commit=f", commit {commit}" if commit else "",
        signal=config.signal,
        shape=" x ".join(map(str, config.network.shape)),
        labels=f", of {len(config.classes)} classes that can be asked for" if config.classes else "",
        origin=meta.origin.rstrip("."),
        train=meta.count["train"],
        test=meta.count["test"],
        held_out=meta.held_out,
        digest=meta.digest[:16],
        headline=headline(scores),
        table=markdown_table(scores),
        spread=SPREAD,
        alarms="\n".join(told) or "No alarm of memorisation or collapse.",
    )
