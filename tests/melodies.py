"""MIDI files of the tests' own, written by mido."""

import io

import mido

STEPS = 4  # of a quarter note


def midi(parts, *, form=1, ticks=480, tempi=(120,), channels=None) -> bytes:
    """The content of a file.

    Args:
        parts: of each, pitches (one, several at once or None for a rest) and how many steps they last.
        form: type 0 or 1, of the file.
        ticks: of a quarter note.
        tempi: quarter notes per minute, one after another, a quarter note later each.
        channels: of the parts; their numbers where it is None.
    """
    file = mido.MidiFile(type=form, ticks_per_beat=ticks)
    events = []
    for number, part in enumerate(parts):
        channel, now, own = (channels or range(16))[number], 0.0, []
        for pitches, steps in part:
            pitches = () if pitches is None else pitches if isinstance(pitches, tuple) else (pitches,)
            end = now + steps * ticks / STEPS
            own += [(now, 1, mido.Message("note_on", note=pitch, channel=channel)) for pitch in pitches]
            own += [(end, 0, mido.Message("note_off", note=pitch, channel=channel)) for pitch in pitches]
            now = end
        events.append(own)
    changes = [mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(tempo)) for tempo in tempi]
    pace = [(place * ticks, 0, change) for place, change in enumerate(changes)]
    tracks = [[*pace, *(event for own in events for event in own)]] if form == 0 else [pace, *events]
    for track in tracks:
        now, written = 0, file.add_track()
        for place, _, message in sorted(track, key=lambda event: event[:2]):
            written.append(message.copy(time=round(place) - now))
            now = round(place)
    content = io.BytesIO()
    file.save(file=content)
    return content.getvalue()
