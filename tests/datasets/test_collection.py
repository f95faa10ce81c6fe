"""Somebody's images: what is found, and what folders, archives and tables say of them."""

import io
import tarfile
import zipfile

import pytest

from ganforge.datasets.collection import read_collection
from ganforge.errors import UserError
from tests.datasets.pictures import fill, picture, put


def names(collection):
    return [item.name for item in collection.items]


def test_folders_become_classes_and_their_wrapping_is_ignored(folder, tmp_path):
    put(folder, ["set 1/grün/a b.png", "set 1/grün/deep/c.PNG", "set 1/rot/d.jpg"])
    fill(folder, **{"set 1__notes.pdf": b"%PDF-1.7", "set 1__LICENSE": b"Do what you like."})
    collection = read_collection(folder, tmp_path)
    assert names(collection) == ["grün/a b.png", "grün/deep/c.PNG", "rot/d.jpg"]
    assert [item.label for item in collection.items] == ["grün", "grün", "rot"]
    assert collection.others == ["LICENSE", "notes.pdf"]
    assert collection.title == "set 1"


def test_images_outside_of_folders_leave_no_classes_and_that_is_told(folder, tmp_path):
    put(folder, ["a/1.png", "b/2.png", "3.png"])
    collection = read_collection(folder, tmp_path)
    assert {item.label for item in collection.items} == {None}
    assert "1 images are not in a folder, such as 3.png" in collection.labels_from


def test_folders_called_like_splits_are_splits(folder, tmp_path):
    put(folder, ["Train/a/1.png", "Train/b/2.png", "val/a/3.png", "test/b/4.png"])
    found = {item.name: (item.split, item.label) for item in read_collection(folder, tmp_path).items}
    assert found["Train/b/2.png"] == ("train", "b")
    assert found["val/a/3.png"] == ("test", "a")
    assert found["test/b/4.png"] == ("test", "b")


def test_what_desktops_leave_behind_is_passed_over(folder, tmp_path):
    put(folder, ["a.png", ".hidden.png", "__MACOSX/._a.png", ".git/b.png", "Thumbs.db", "README.md", "photos.dvc"])
    collection = read_collection(folder, tmp_path)
    assert names(collection) == ["a.png"]
    assert collection.others == []


def test_images_are_told_by_their_beginning_where_their_suffix_says_nothing(folder, tmp_path):
    put(folder, ["a/photo.jpg?width=200", "b/2021-01-01 12.30.45", "b/portrait of mr. smith"])
    fill(folder, **{"a__readme.txt": b"hello", "b__live.heic": b"\0\0\0\x18ftypheic"})
    collection = read_collection(folder, tmp_path)
    assert [item.label for item in collection.items] == ["a", "b", "b"]
    assert collection.others == ["a/readme.txt", "b/live.heic"]


def test_archives_that_hold_a_folder_of_their_own_name_are_not_nested(folder, tmp_path):
    for split in ("train", "test"):
        with zipfile.ZipFile(folder / f"{split}.zip", "w") as archive:
            for number, label in enumerate(("cat", "dog")):
                archive.writestr(f"{split}/{label}/{number}.png", picture(number))
    found = {item.name: (item.split, item.label) for item in read_collection(folder, tmp_path).items}
    assert found["train/dog/1.png"] == ("train", "dog")
    assert found["test/cat/0.png"] == ("test", "cat")


def test_an_archive_beside_a_folder_of_its_name_hides_nothing(folder, tmp_path):
    put(folder, ["cats/1.png", "cats/2.png"])
    with zipfile.ZipFile(folder / "cats.zip", "w") as archive:
        archive.writestr("1.png", picture(9))
    assert names(read_collection(folder, tmp_path)) == ["cats.zip/1.png", "cats/1.png", "cats/2.png"]


def test_archives_are_folders_of_their_name(folder, tmp_path):
    with zipfile.ZipFile(folder / "cats.zip", "w") as archive:
        archive.writestr("inner/1.png", picture(1))
    with tarfile.open(folder / "dogs.tar.gz", "w:gz") as archive:
        entry = tarfile.TarInfo("2.png")
        entry.size = len(picture(2))
        archive.addfile(entry, io.BytesIO(picture(2)))
    collection = read_collection(folder, tmp_path)
    assert {item.name: item.label for item in collection.items} == {"cats/inner/1.png": "cats", "dogs/2.png": "dogs"}


def test_an_archive_that_leads_out_is_refused_by_name(folder, tmp_path):
    with zipfile.ZipFile(folder / "bad.zip", "w") as archive:
        archive.writestr("../out.png", picture(1))
    with pytest.raises(UserError, match=r"bad\.zip contains '\.\./out\.png'"):
        read_collection(folder, tmp_path / "work")
    assert not list(tmp_path.rglob("out.png"))


def test_links_are_followed_and_circles_are_not(folder, tmp_path):
    put(tmp_path / "elsewhere", ["1.png", "2.png"])
    (folder / "photos").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "again").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "gone.png").symlink_to(tmp_path / "nowhere")
    assert names(read_collection(folder, tmp_path / "work")) == ["1.png", "2.png", "gone.png"]


def test_a_table_in_each_folder_is_read_for_it(folder, tmp_path):
    put(folder, ["set/train/1.png", "set/train/2.png", "set/test/1.png", "set/test/stray.png"])
    (folder / "set/train/metadata.csv").write_text("file_name,label\n1.png,a\n2.png,b\n")
    (folder / "set/test/metadata.csv").write_text("file_name,label\n1.png,b\n")
    collection = read_collection(folder, tmp_path)
    found = {item.name: (item.split, item.label) for item in collection.items}
    assert found == {"train/1.png": ("train", "a"), "train/2.png": ("train", "b"), "test/1.png": ("test", "b")}
    assert collection.others == ["test/stray.png"]


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("name,label\n1.png,a", "must be named path or file_name"),
        ("path,label\n1.png,\n", "line 2 has no label"),
        ("path,split\n1.png,eval\n", "the split 'eval'; allowed are train and test"),
        ("path\n../1.png\n", "which leads out"),
        ("path\n/etc/1.png\n", "which leads out"),
        ("", "is not a readable table"),
        ('path,label\n1.png,"a\n', "is not a readable table"),
        ("path,label\n1.png,a,b\n", "is not a readable table"),
        ("path,Label,label\n1.png,a,b\n", "no name may occur twice"),
        ("path,file_name\n1.png,2.png\n", "no name may occur twice"),
    ],
)
def test_a_table_that_is_wrong_is_refused_by_its_line(folder, tmp_path, table, told):
    put(folder, ["1.png"])
    (folder / "manifest.csv").write_text(table)
    with pytest.raises(UserError, match=r"manifest\.csv") as refused:
        read_collection(folder, tmp_path)
    assert told in str(refused.value)
