"""What dvc.lock says about the results."""

import json

from ganforge.runs.lock import CHAIN, provenance


def lock(*, turned=False, **params):
    """A dvc.lock of a finished run with parameters of some stages, as JSON, which is YAML; turned: last ones first."""
    stages = {name: {"outs": [], "deps": []} for writer, reader, _ in CHAIN for name in (writer, reader)}
    for writer, reader, path in CHAIN:
        entry = {"path": path, "md5": f"digest of {path}"}
        if entry not in stages[writer]["outs"]:
            stages[writer]["outs"].append(entry)
        stages[reader]["deps"].append(entry)
    for name, values in params.items():
        stages.setdefault(name, {})["params"] = {"params.yaml": values}
    return json.dumps({"schema": "2.0", "stages": dict(sorted(stages.items(), reverse=True)) if turned else stages})


def test_settings_are_those_of_the_stages_that_led_to_the_scores():
    """When the report is written, its own entry is still that of the run before."""
    now, before = {"evaluation": {"neighbours": 6}}, {"evaluation": {"neighbours": 5}, "sample": {"count": 9}}
    found = provenance(lock(evaluate=now, report=before))
    assert found.whole
    assert found.sections == before | now
    assert provenance(lock(evaluate=now, report=before, turned=True)).sections == before | now
