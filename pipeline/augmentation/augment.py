"""reports/augmentation/: GANs trained on few images, and classifiers with and without generated images."""

import hashlib
import signal
import sys
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import active_children, get_context
from multiprocessing.queues import SimpleQueue
from pathlib import Path
from time import sleep
from typing import Any

import torch

import ganforge
from ganforge.augmenting.repetition import amount, gan_plan, repeat
from ganforge.augmenting.study import RESULT, check, repetition_name, write_repetition, write_study
from ganforge.compute import processors
from ganforge.compute.device import configure
from ganforge.errors import UserError
from ganforge.files import write_durably
from ganforge.layout import AUGMENTATION, AUGMENTATION_RUN, PREPARED
from ganforge.params import Params, parse_params
from ganforge.prepared.columns import SIGNAL
from ganforge.prepared.meta import Meta, Prepared
from ganforge.signals import signal_of
from ganforge.tracking.identity import Identity
from pipeline.process import ask_to_stop, end_with_parent, only_one_in
from pipeline.stage import FINISHED, forget_committed, progress_bar, run_stage, trainings
from pipeline.training import device_name, fingerprint, plan_of

STUDY_CODE = ("arms", "classic", "mixture", "repetition", "subsets")  # of ganforge.augmenting, in addition to training
JUDGING_CODE = ("features/classifier.py", "features/extractor.py", "features/network.py", "generator.py")
TICK = 0.5  # seconds between checks of the processes

news: SimpleQueue[int]  # in each process: where it reports images shown


def main(params: Params) -> None:
    """Runs the repetitions that a study of the same parameters, data and code has not finished yet."""
    meta = Prepared.load(PREPARED).meta
    sizes = check(params.augmentation_study, params.dataset, params.train.batch_size, meta)
    device = configure(params.compute)
    forget_committed()
    work = trainings() / f"augmentation-{study_fingerprint(params, meta, device)}"
    wanted = [(size, seed) for seed in params.augmentation_study.seeds for size in sizes]
    folders = {each: work / repetition_name(*each) for each in wanted}
    with only_one_in(work):
        at_once = 1 if device.type != "cpu" else max(1, processors() // params.compute.threads)
        run_all(params, {each: path for each, path in folders.items() if not (path / RESULT).exists()}, at_once)
        write_study(AUGMENTATION, [(*each, folders[each]) for each in sorted(wanted)])
        write_durably(AUGMENTATION_RUN, Identity.new(device=device_name(device)).to_json().encode())
        write_durably(work / FINISHED, AUGMENTATION_RUN.read_bytes())


def study_fingerprint(params: Params, meta: Meta, device: torch.device) -> str:
    """Digest of the study of a repetition: it is never used with other parameters, data or code."""
    study = params.augmentation_study.model_dump_json(exclude={"per_class", "seeds"})  # they only choose repetitions
    training = fingerprint(gan_plan(plan_of(params), 0), meta, device)
    digest = hashlib.sha256(f"{training} {meta.held_out} {study}".encode())
    package = Path(ganforge.__file__).parent
    for name in (*(f"augmenting/{module}.py" for module in STUDY_CODE), *JUDGING_CODE):
        digest.update((package / name).read_bytes())
    return digest.hexdigest()[:16]


def run_all(params: Params, folders: dict[tuple[int, int], Path], at_once: int) -> None:
    """Runs repetitions in separate processes, some of them at once; on a signal, it ends them."""
    context, values = get_context("spawn"), params.model_dump(mode="json")
    queue: SimpleQueue[int] = context.SimpleQueue()
    with (
        ask_to_stop() as stop,
        progress_bar(len(folders) * amount(params.augmentation_study, plan_of(params)), "images", "augment") as bar,
        ProcessPoolExecutor(at_once, context, initializer=begin, initargs=(queue,)) as processes,
    ):
        waiting = {processes.submit(run_one, values, *each, folder): each for each, folder in folders.items()}
        while waiting:
            sleep(TICK)
            while not queue.empty():
                bar.update(queue.get())
            if stop:
                end(processes)
                sys.exit(f"augment: stopped by signal {stop[0]}; `make augmentation` continues from here.")
            for future in [future for future in waiting if future.done()]:
                finish(future, processes)
                size, seed = waiting.pop(future)
                bar.write(f"{size} images of each class, seed {seed}: done", file=sys.stderr)


def finish(future: Future[None], processes: ProcessPoolExecutor) -> None:
    """Checks whether a repetition succeeded; if not, ends the others."""
    try:
        future.result()
    except BrokenProcessPool:
        raise UserError(
            "a process of the study was killed, probably because memory ran out; finished repetitions are kept: free "
            "memory, or raise compute.threads so that fewer run at once, then run `make augmentation` again."
        ) from None
    except BaseException:
        end(processes)
        raise


def end(processes: ProcessPoolExecutor) -> None:
    """Ends processes at once: finished results are on disk, and trainings have checkpoints."""
    processes.shutdown(wait=False, cancel_futures=True)
    for process in active_children():
        process.terminate()


def begin(queue: "SimpleQueue[int]") -> None:
    """Initialises a process."""
    global news
    news = queue
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent process handles Ctrl-C
    if not end_with_parent():
        sys.exit(1)


def run_one(values: dict[str, Any], per_class: int, seed: int, folder: Path) -> None:
    """One repetition; ``values`` are those of params.yaml."""
    params, data = parse_params(values), Prepared.load(PREPARED)
    study, device = params.augmentation_study, configure(params.compute)
    repetition = repeat(study, plan_of(params), data, per_class, seed, folder / "checkpoints", device, news.put)
    write_repetition(folder, repetition, signal_of(data.meta.columns[SIGNAL]))


if __name__ == "__main__":
    run_stage(main)
