"""Makes a checkout usable again whose DVC was killed at a bad moment; `make repro` begins with it."""

import json
import time
from pathlib import Path

RWLOCK = Path(".dvc/tmp/rwlock")  # where DVC lists who works on what


def remove_broken_rwlock(root: Path = Path()) -> bool:
    """Removes DVC's list if a killed DVC left it cut short, which stops every later one.

    A DVC that is writing it at this moment has done so after the second look.
    """
    path = root / RWLOCK
    for wait in (1.0, 0.0):
        try:
            json.loads(path.read_text(encoding="utf-8"))
            return False
        except FileNotFoundError:
            return False
        except ValueError:
            time.sleep(wait)
    path.unlink(missing_ok=True)
    return True


if __name__ == "__main__" and remove_broken_rwlock():
    print(f"DVC was killed while it wrote {RWLOCK}: the broken file was removed.")
