"""One thin script per DVC stage: read the parameters, call ganforge, write the outputs."""

import os

# Before torch is imported. Threads that wait for each other by spinning make two threads on a busy machine twenty times
# slower than one (measured); sleeping costs next to nothing on an idle one.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
