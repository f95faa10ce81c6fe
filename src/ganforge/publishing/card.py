"""A model card in Markdown: what to know about a generator before using it (Mitchell et al. 2018, "Model Cards")."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import shorten
from typing import Any

from ganforge.evaluation.reading import SPREAD, alarms, headline, markdown_table
from ganforge.networks.storage import GeneratorConfig
from ganforge.prepared.meta import Meta

LONGEST_SUMMARY = 300  # characters of the summary of the condition

CARD = """\
# Generator of {dataset}

{network}, {images:,} real {data} shown in training{commit}. It draws {data} of {shape}; it can be asked for
{condition}.

## Data

{dataset}: {origin}. {train:,} items to learn from, {test:,} held out ({held_out}); SHA-256 of the arrays {digest}.

## Scores

{headline}

{table}

{spread}

{alarms}

## Intended use

Use it to draw samples that look like its training data: for study, as pictures, or as additional training data if a
test shows that they help. Samples have the gaps and the bias of the training data, and some are malformed. If people
could mistake them for real, say that they are generated. "Not copied" and "exact copies" above show how far it repeats
its training data. If these are confidential, compare both with the column of real {data}, and check the nearest
training {data} in the report.
"""


def model_card(
    config: GeneratorConfig, meta: Meta, scores: Mapping[str, Mapping[str, Any]], environment: Mapping[str, str]
) -> str:
    """The card of a generator.

    Args:
        config: configuration of the generator.
        meta: description of its training data.
        scores: contents of metrics.json.
        environment: tags of its training, for the commit.
    """
    spec, data = config.network, config.network.signal.plural
    commit = environment.get("mlflow.source.git.commit", "")[:7]
    warnings = [f"**Alarm:** {alarm}." for alarm in alarms(scores)]
    return CARD.format(
        dataset=meta.dataset,
        network=spec.settings.name,
        images=config.images,
        commit=f", commit {commit}" if commit else "",
        data=data,
        shape=" x ".join(map(str, spec.signal.shape)),
        condition=shorten(spec.condition.summary(), LONGEST_SUMMARY, placeholder=" ..."),
        origin=meta.origin.rstrip("."),
        train=meta.count["train"],
        test=meta.count["test"],
        held_out=meta.held_out,
        digest=meta.digest[:16],
        headline=headline(scores, data),
        table=markdown_table(scores, data),
        spread=SPREAD,
        alarms="\n".join(warnings) or "No alarm of memorisation or collapse.",
    )
