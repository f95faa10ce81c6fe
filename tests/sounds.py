"""A signal that is no image: sounds on one axis, as floats."""

import io
import wave

import numpy as np

from ganforge.signals import Signal


class Sound(Signal):
    kind, plural, dtype, suffix, mime = "sound", "sounds", "float32", ".wav", "audio/wav"

    def to_network(self, stored):
        return stored.float()

    def from_network(self, x):
        return x.float()

    def output(self, x):
        return x.tanh()

    def picture(self, stored):
        return np.uint8(255 * (np.arange(-16, 16)[::-1, None] / 16 <= stored[0]))[None]

    def encode(self, stored):
        file = io.BytesIO()
        with wave.open(file, "wb") as sound:
            sound.setparams((1, 2, 8000, 0, "NONE", ""))
            sound.writeframes(np.int16(stored[0].clip(-1, 1) * 32767).tobytes())
        return file.getvalue()


SOUND = Sound((1, 64))
