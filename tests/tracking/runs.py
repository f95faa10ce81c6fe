"""What trainings tell, and what their runs hold."""

import threading

import numpy as np
from PIL import Image

from ganforge.prepared.columns import Column
from ganforge.prepared.meta import Meta
from ganforge.tracking.recorder import Recorder
from ganforge.tracking.run import recover_run

COUNT = {"train": 10, "test": 2}
COLUMNS = {
    "signal": Column("image", "uint8", (1, 8, 8), COUNT),
    "labels": Column("labels", "int64", (), COUNT, {"names": ["0", "1"], "counts": [5, 5]}),
}
META = Meta("digits", "somewhere", COLUMNS, "ab" * 32)


def rows(*images):
    return [
        {"images": count, "seconds": count / 100, "loss_generator": 0.5 + count, "gradient_real": float("nan")}
        for count in images
    ]


def picture(folder, images):
    path = folder / f"{images:09d}.png"
    Image.fromarray(np.zeros((8, 8), dtype=np.uint8)).save(path)
    return path


def steps(run):
    return sorted(metric.step for metric in run.client.get_metric_history(run.run_id, "_train/loss_generator"))


def metrics_of(run):
    return run.client.get_run(run.run_id).data.metrics


class Watched:
    """A recorder at work in a thread of this process, where a test can change how long it waits.

    Attributes:
        opened: runs that it opened so far.
        sentences: that it said of the store.
    """

    def __init__(self, params, identity):
        self.opened, self.sentences = [], []

        def open_run():
            self.opened.append(recover_run(params, META, identity))
            return self.opened[-1]

        self.recorder = Recorder(open_run, self.sentences.append)
        self.thread = threading.Thread(target=self.recorder.run)
        self.thread.start()
        self.show = self.recorder.show

    def close(self, status=None):
        self.recorder.close(status)
        self.thread.join(30)
