"""The one kind of error that is meant for the user's eyes."""


class UserError(Exception):
    """Something the user can put right.

    Its text is one sentence that names the file or the key, what was found, what is allowed and what to do. Stage
    scripts and the command line print that sentence alone; every other exception is a defect and keeps its traceback.
    """


def first_line(error: Exception) -> str:
    """What an error says, short enough for a sentence of ours."""
    lines = str(error).strip().splitlines()
    return lines[0][:200] if lines else type(error).__name__
