"""Repairs a checkout whose DVC was killed while it wrote its lock file; `make repro` begins with it."""

import json
import time
from pathlib import Path

RWLOCK = Path(".dvc/tmp/rwlock")  # DVC's list of the files in use


def remove_broken_rwlock(root: Path = Path()) -> bool:
    """Removes DVC's list if a killed DVC left it incomplete, which stops every later DVC.

    It reads the list twice, since another DVC may be writing it.
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
