"""The one kind of error that is meant for the user's eyes."""


class UserError(Exception):
    """Something the user can put right.

    Its text is one sentence that names the file or the key, what was found, what is allowed and what to do. Stage
    scripts and the command line print that sentence alone; every other exception is a defect and keeps its traceback.
    """


SQLALCHEMY_PREFACE = "(raised as a result of"  # a line before the one that tells


def first_line(error: Exception) -> str:
    """What an error says, short enough for a sentence of ours."""
    lines = [line for line in str(error).strip().splitlines() if not line.startswith(SQLALCHEMY_PREFACE)]
    return lines[0][:200] if lines else type(error).__name__
