"""A search by Optuna, whose trials are experiments of DVC."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganforge.errors import UserError
from ganforge.evaluation.meanings import look_up
from ganforge.records import Record
from ganforge.sweeps.plan import Range, Sweep, Trial, plan

if TYPE_CHECKING:
    from optuna import Study
    from optuna.trial import Trial as Asked

RunTrials = Callable[[Sequence[Trial]], Mapping[str, Record]]


def search(name: str, sweep: Sweep, store: Path, jobs: int, run: RunTrials) -> dict[str, Record]:
    """Lets Optuna choose values, a few at a time, until there are as many trials as the sweep asks for.

    A search that was cut short goes on where it stopped.

    Args:
        name: of the sweep.
        sweep: what to search, and by which score.
        store: folder of Optuna's database.
        jobs: how many trials are chosen, and run, at a time.
        run: runs trials and returns what they gave.

    Raises:
        UserError: Optuna is not installed.
    """
    try:
        import optuna
    except ImportError:
        raise UserError("a search needs Optuna: install it with .venv/bin/pip install 'ganforge[search]'.") from None
    assert sweep.search is not None
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    store.mkdir(parents=True, exist_ok=True)
    study = optuna.create_study(
        study_name=plan(name, sweep, {}).name,  # another space or other code is another study
        storage=f"sqlite:///{store / 'optuna.db'}",
        load_if_exists=True,
        direction="minimize" if sweep.lower_is_better else "maximize",
        sampler=optuna.samplers.TPESampler(seed=sweep.search.seed),
    )
    records: dict[str, Record] = {}
    for trial in study.trials:
        if trial.state == optuna.trial.TrialState.RUNNING:  # of a search that was killed
            study.tell(trial.number, state=optuna.trial.TrialState.FAIL)
    known = [plan(name, sweep, trial.params) for trial in study.get_trials(states=[optuna.trial.TrialState.COMPLETE])]
    records |= run(known) if known else {}
    while (left := sweep.search.trials - _complete(study)) > 0:
        asked = [study.ask() for _ in range(min(jobs, left))]
        trials = [plan(name, sweep, _choose(trial, sweep)) for trial in asked]
        gave = run(trials)
        records |= gave
        for one, trial in zip(asked, trials, strict=True):
            value = look_up(gave[trial.name].scores, sweep.rank) if trial.name in gave else None
            if value is None:
                study.tell(one, state=optuna.trial.TrialState.FAIL)
            else:
                study.tell(one, value)
        if not gave:
            break  # all of them failed, and so would the next
    return records


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
    return chosen
