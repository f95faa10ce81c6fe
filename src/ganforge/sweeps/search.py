"""A search by Optuna, whose trials are experiments of DVC."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganforge.errors import UserError
from ganforge.evaluation.score import look_up
from ganforge.runs.records import Record
from ganforge.sweeps.plan import Range, Sweep, Trial, family, plan

if TYPE_CHECKING:
    from optuna import Study
    from optuna.trial import Trial as Asked

VALUES = "values"  # key of the rounded values of a trial in Optuna

RunTrials = Callable[[Sequence[Trial]], Mapping[str, Record]]


def search(name: str, sweep: Sweep, store: Path, jobs: int, run: RunTrials) -> dict[str, Record]:
    """Lets Optuna choose values, a few at a time, up to the number of trials of the sweep.

    An interrupted search continues where it stopped; it ends early after as many failures as it has trials.

    Args:
        name: name of the sweep.
        sweep: what to search, and by which score.
        store: folder of Optuna's database.
        jobs: how many trials are chosen, and run, at a time.
        run: runs trials and returns their scores.

    Raises:
        UserError: Optuna is not installed.
    """
    try:
        import optuna
        from optuna.trial import TrialState
    except ImportError:
        raise UserError("a search needs Optuna: install it with .venv/bin/pip install 'ganforge[search]'.") from None
    assert sweep.search is not None
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    store.mkdir(parents=True, exist_ok=True)
    first = {key: _ends(choice)[0] for key, choice in sweep.search.space.items()}
    for key, choice in sweep.search.space.items():  # refuses values that do not fit before the first trial
        for value in _ends(choice):
            plan(name, sweep, first | {key: value})
    study = optuna.create_study(
        study_name=f"{family(name, sweep)}-{plan(name, sweep, first).name}",  # different code gives a different study
        storage=f"sqlite:///{store / 'optuna.db'}",
        load_if_exists=True,
        direction="minimize" if sweep.lower_is_better else "maximize",
    )
    study.sampler = optuna.samplers.TPESampler(seed=sweep.search.seed + len(study.trials))  # or choices would repeat
    for trial in study.get_trials(states=[TrialState.RUNNING]):  # of a search that was killed
        study.tell(trial.number, state=TrialState.FAIL)
    earlier = [plan(name, sweep, trial.user_attrs[VALUES]) for trial in study.get_trials(states=[TrialState.COMPLETE])]
    records = dict(run(earlier)) if earlier else {}
    failed = 0
    while failed < sweep.search.trials and (left := sweep.search.trials - _complete(study)) > 0:
        asked = [study.ask() for _ in range(min(jobs, left))]
        trials = [plan(name, sweep, _choose(trial, sweep)) for trial in asked]
        gave = run(trials)
        records |= gave
        for one, trial in zip(asked, trials, strict=True):
            value = look_up(gave[trial.name].scores, sweep.rank) if trial.name in gave else None
            failed += value is None
            study.tell(one, value, TrialState.FAIL if value is None else TrialState.COMPLETE)
    return records


def _ends(choice: Range | list[Any]) -> list[Any]:
    """The values of a choice; the first and the last of a range."""
    return [choice.low, choice.high] if isinstance(choice, Range) else choice


def _complete(study: Study) -> int:
    return sum(trial.state.name == "COMPLETE" for trial in study.trials)


def _choose(trial: Asked, sweep: Sweep) -> dict[str, Any]:
    """Values of one trial."""
    assert sweep.search is not None
    chosen: dict[str, Any] = {}
    for key, choice in sweep.search.space.items():
        if not isinstance(choice, Range):
            chosen[key] = trial.suggest_categorical(key, choice)
        elif isinstance(choice.low, int) and isinstance(choice.high, int):
            chosen[key] = trial.suggest_int(key, choice.low, choice.high, log=choice.log)
        else:
            chosen[key] = float(f"{trial.suggest_float(key, choice.low, choice.high, log=choice.log):.4g}")
    trial.set_user_attr(VALUES, chosen)
    return chosen
