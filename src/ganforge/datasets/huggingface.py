"""Data sets in Hugging Face's formats, from the Hub or a folder, read by Hugging Face's library."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganforge.datasets.collection import Collection, Item
from ganforge.datasets.image_files import ImageFileSource
from ganforge.errors import UserError, first_line
from ganforge.files import UNWRITABLE

if TYPE_CHECKING:
    from ganforge.datasets.settings import HuggingFaceSettings

NONE = "none"  # stands for no column or no split
WITHHELD = -1  # stands for an unpublished class, as in the test split of a contest


class HuggingFace(ImageFileSource["HuggingFaceSettings"]):
    """The data set that the section ``dataset`` of params.yaml names.

    The Hub publishes no list of files with digests, so `fetch` does nothing: the library downloads while the data are
    prepared, into its cache for all projects (``HF_HOME``). Its tables of these files, and the images, are temporary.
    The library neither decodes nor encodes images: their published files are used.
    """

    origin = "read by Hugging Face datasets"

    def bundled_files(self) -> dict[str, bytes]:
        """A note on where the files are."""
        return {"README.txt": b"What the section dataset of params.yaml names is downloaded by the stage preprocess.\n"}

    def collect(self, raw: Path, workspace: Path, settings: HuggingFaceSettings) -> Collection:  # noqa: ARG002
        """The images of both splits, written as files if the data set stores them in tables.

        Raises:
            UserError: the library is missing, or does not find the data set.
        """
        names = {"train": settings.train} | ({} if settings.test == NONE else {"test": settings.test})
        tables = _load(settings, list(names.values()), workspace / "tables")
        items: list[Item] = []
        for (split, name), rows in zip(names.items(), tables):
            official = split if "test" in names else None  # otherwise split by the content of each file
            items += _items(_columns(rows, settings), settings, name, official, workspace / split)
        title = settings.path if Path(settings.path).exists() else f"{settings.path} at {settings.revision}"
        if settings.label == NONE:
            return Collection(title, items, (), "there are no classes: dataset.label is none")
        return Collection(title, items, (), f"the classes are those of the column {settings.label}")


def _load(settings: HuggingFaceSettings, splits: list[str], cache: Path) -> list[Any]:
    """The tables of the splits, each a ``datasets.Dataset``.

    Raises:
        UserError: the library or the network is missing, or the data set or split does not exist.
    """
    try:
        import datasets
    except ImportError:
        raise UserError(
            "params.yaml: dataset.name is huggingface, but the library datasets is not installed: run "
            "`.venv/bin/pip install 'ganforge[huggingface]'`."
        ) from None
    which = {"path": settings.path, "revision": settings.revision}
    if settings.config != NONE:
        which["name"] = settings.config
    if Path(settings.path).is_file():
        which = {"path": "parquet", "data_files": settings.path}
    try:
        return list(datasets.load_dataset(**which, split=splits, cache_dir=str(cache)))
    except Exception as error:  # the library passes on the errors of many others
        cause = error
        if isinstance(error, datasets.exceptions.DatasetGenerationError) and isinstance(error.__cause__, Exception):
            cause = error.__cause__  # the outer error has no details
        if isinstance(cause, OSError) and cause.errno in UNWRITABLE:
            raise cause from None
        raise _unreadable(settings, splits, cause) from error


def _unreadable(settings: HuggingFaceSettings, splits: list[str], error: Exception) -> UserError:
    shown = f"{settings.path} (revision {settings.revision}, {' and '.join(splits)})"
    if isinstance(error, ConnectionError):
        return UserError(
            f"params.yaml: dataset.path is {shown}, which cannot be reached ({first_line(error)}): connect to the "
            "network and try again, or set dataset.path to a folder that holds it."
        )
    return UserError(
        f"params.yaml: dataset.path is {shown}, which cannot be read ({first_line(error)}): correct path, revision, "
        "train or test, or try again if the network failed; allowed are owner/name on the Hub with existing splits, "
        "a folder or a Parquet file."
    )


def _columns(rows: Any, settings: HuggingFaceSettings) -> Any:
    """The chosen columns, with images as the bytes or the path of their file.

    Raises:
        UserError: a column does not exist, or has the wrong kind.
    """
    import datasets

    wanted = {"image": settings.image} | ({} if settings.label == NONE else {"label": settings.label})
    for key, column in wanted.items():
        if column not in rows.column_names:
            raise UserError(
                f"params.yaml: dataset.{key} is {column!r}, but {settings.path} has the columns "
                f"{', '.join(rows.column_names)}: name one of them."
            )
    kind = rows.features[settings.image]
    if not isinstance(kind, datasets.Image) and kind not in (datasets.Value("binary"), datasets.Value("large_binary")):
        raise UserError(
            f"params.yaml: dataset.image is {settings.image!r}, a column of {_described(kind)}; allowed are images "
            "and the bytes of image files: name another column."
        )
    return rows.select_columns(list(wanted.values())).cast_column(settings.image, datasets.Image(decode=False))


def _items(rows: Any, settings: HuggingFaceSettings, name: str, split: str | None, folder: Path) -> Iterator[Item]:
    """An item for each row, named by its number; images in tables are written as files to ``folder``."""
    folder.mkdir()
    label_of = None if settings.label == NONE else _namer(rows.features[settings.label], settings, name)
    for number, row in enumerate(rows):
        image = row[settings.image] or {"bytes": b"", "path": None}
        path = image["path"]
        if image["bytes"] is not None or path is None:
            path = str(folder / str(number))
            Path(path).write_bytes(image["bytes"] or b"")
        yield Item(f"{name}/{number}", path, label_of(row[settings.label], number) if label_of else None, split)


def _namer(kind: Any, settings: HuggingFaceSettings, split: str) -> Callable[[Any, int], str]:
    """A function that maps a value of the column, and the number of its row, to the name of a class.

    Raises:
        UserError: the column does not hold classes; from the function: a row has no class.
    """
    import datasets

    names = kind.names if isinstance(kind, datasets.ClassLabel) else None
    plain = isinstance(kind, datasets.Value) and kind.dtype.startswith(
        ("int", "uint", "string", "large_string", "bool")
    )
    if names is None and not plain:
        raise UserError(
            f"params.yaml: dataset.label is {settings.label!r}, a column of {_described(kind)}; allowed are class "
            "labels, texts and whole numbers, or none: name another column."
        )

    def label_of(value: Any, number: int) -> str:
        if value in (None, "") or (names is not None and value == WITHHELD):
            raise UserError(
                f"params.yaml: dataset.label is {settings.label!r}, but row {number} of the split {split} has none: "
                "choose another split, or set dataset.label to none."
            )
        return str(names[value] if names is not None else value)

    return label_of


def _described(kind: Any) -> str:
    """The kind of a column, for messages."""
    return str(getattr(kind, "dtype", type(kind).__name__))[:60]


SOURCE = HuggingFace()
