"""Archives: what is whole is unpacked, what would do harm is not, and leaves nothing behind."""

import io
import stat
import tarfile
import zipfile

import pytest

from ganforge.datasets import archives
from ganforge.datasets.archives import unpack
from ganforge.errors import UserError


def zipped(path, **members):
    """A zip of names and contents."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def tarred(path, members, mode="w:gz"):
    """A tar of ``(name, content)`` or ready entries."""
    with tarfile.open(path, mode) as archive:
        for name, content in members:
            entry = name if isinstance(name, tarfile.TarInfo) else tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return path


def link(name, target, kind=tarfile.SYMTYPE):
    entry = tarfile.TarInfo(name)
    entry.type, entry.linkname = kind, target
    return entry


def refused(archive, folder, words, only=None):
    """It is refused in a sentence with the archive's name, and nothing is left of the try."""
    before = sorted(path for path in folder.parent.rglob("*"))
    with pytest.raises(UserError, match=words) as told:
        unpack(archive, folder, only)
    assert str(archive) in str(told.value)
    assert sorted(path for path in folder.parent.rglob("*")) == before


@pytest.mark.parametrize("kind", ["zip", "w", "w:gz", "w:bz2", "w:xz"])
def test_whole_archives_are_unpacked(tmp_path, kind):
    members = {"a/ä ü.txt": b"one", "b.bin": bytes(5000)}
    if kind == "zip":
        archive = zipped(tmp_path / "a.zip", **members)
    else:
        archive = tarred(tmp_path / "a.tar", members.items(), kind)
    unpack(archive, tmp_path / "out")
    files = {str(path.relative_to(tmp_path / "out")): path for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert {name: path.read_bytes() for name, path in files.items()} == members


def test_members_that_are_asked_for_are_unpacked_alone_and_have_to_be_there(tmp_path):
    archive = tarred(tmp_path / "a.tar", [("a/b.bin", b"one"), ("a/c.bin", b"two")])
    refused(archive, tmp_path / "out", "does not contain a/d.bin", only=["a/c.bin", "a/d.bin"])
    unpack(archive, tmp_path / "out", only=["a/c.bin"])
    assert [path.name for path in (tmp_path / "out").rglob("*.bin")] == ["c.bin"]


@pytest.mark.parametrize(
    "name", ["../out.txt", "a/../../out.txt", "/tmp/ganforge-out.txt", "C:\\out.txt", "..\\out.txt"]
)
@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_paths_that_lead_out_are_refused(tmp_path, name, kind):
    if kind == "zip":
        archive = zipped(tmp_path / "a.zip", good=b"1", **{name: b"2"})
    else:
        archive = tarred(tmp_path / "a.tgz", [("good", b"1"), (name, b"2")])
    refused(archive, tmp_path / "out", "a path that leads out")


@pytest.mark.parametrize(
    "entry",
    [
        link("a", "/etc/passwd"),
        link("a", "good"),
        link("a", "/etc/passwd", tarfile.LNKTYPE),
        link("a", "", tarfile.FIFOTYPE),
        link("a", "", tarfile.CHRTYPE),
    ],
)
def test_links_and_devices_are_refused(tmp_path, entry):
    refused(tarred(tmp_path / "a.tar", [("good", b"1"), (entry, b"")], "w"), tmp_path / "out", "a link or a device")


def test_a_link_in_a_zip_is_refused(tmp_path):
    entry = zipfile.ZipInfo("a")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(entry, "/etc/passwd")
    refused(tmp_path / "a.zip", tmp_path / "out", "a link or a device")


@pytest.mark.parametrize("kind", ["zip", "w:gz", "w:xz"])
def test_bombs_are_refused(tmp_path, monkeypatch, kind):
    monkeypatch.setattr(archives, "MOST_BYTES", 1_000_000)
    content = bytes(9_000_000)
    if kind == "zip":
        archive = zipped(tmp_path / "a.zip", a=content)
    else:
        archive = tarred(tmp_path / "a.tar", [("a", content)], kind)
    refused(archive, tmp_path / "out", "would unpack to more than")


def test_many_members_that_are_a_bomb_together_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MOST_BYTES", 1_000_000)
    archive = zipped(tmp_path / "a.zip", **{f"{number}.txt": bytes(90_000) for number in range(20)})
    refused(archive, tmp_path / "out", "would unpack to more than")
    monkeypatch.setattr(archives, "MOST_MEMBERS", 10)
    archive = tarred(tmp_path / "a.tgz", [(f"{number}.txt", b"") for number in range(20)])
    refused(archive, tmp_path / "out", "would unpack to more than")


def test_a_name_that_would_fill_the_memory_is_refused(tmp_path):
    archive = tarred(tmp_path / "a.tgz", [("n" * 1_000_000, b"1")])
    refused(archive, tmp_path / "out", "damaged or not an archive")


@pytest.mark.parametrize("where", ["between", "within", "checksum"])
def test_a_tar_that_breaks_off_after_a_member_is_refused(tmp_path, where):
    archive = tarred(tmp_path / "a.tar", [(name, bytes(700)) for name in "abc"], "w")
    content = bytearray(archive.read_bytes())
    second = 512 + 1024  # where the header of the second member begins
    if where == "between":
        content = content[:second]
    elif where == "within":
        content = content[: second + 100]
    else:
        content[second + 3] ^= 1
    archive.write_bytes(content)
    refused(archive, tmp_path / "out", "damaged or not an archive")


def test_a_tar_that_ends_with_a_zip_is_still_a_tar(tmp_path):
    inner = zipped(tmp_path / "a.zip", inner=b"1").read_bytes()
    unpack(tarred(tmp_path / "a.tar", [("a", b"1"), ("a.zip", inner)], "w"), tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a", "a.zip"]


@pytest.mark.parametrize("names", [["a" * 300], ["a", "a/b"], ["a/b", "a"]])
def test_names_that_cannot_be_are_refused(tmp_path, names):
    refused(tarred(tmp_path / "a.tgz", [(name, b"1") for name in names]), tmp_path / "out", "names that are too long")


def test_a_bomb_that_lies_about_its_size_is_refused(tmp_path):
    archive = zipped(tmp_path / "a.zip", a=bytes(3_000_000))
    content = bytearray(archive.read_bytes())
    central = content.rindex(b"PK\x01\x02")
    content[central + 24 : central + 28] = (10).to_bytes(4, "little")  # what it claims to unpack to
    archive.write_bytes(content)
    refused(archive, tmp_path / "out", "damaged")


@pytest.mark.parametrize("harm", ["cut", "flip", "html", "empty"])
@pytest.mark.parametrize("kind", ["zip", "w", "w:gz", "w:bz2", "w:xz"])
def test_damaged_archives_are_refused(tmp_path, kind, harm):
    body = bytes(range(256)) * 40
    if kind == "zip":
        archive = zipped(tmp_path / "a.zip", a=body, b=body)
    else:
        archive = tarred(tmp_path / "a.tar", [("a", body), ("b", body)], kind)
    content = bytearray(archive.read_bytes())
    if harm == "cut":
        content = content[: len(content) // 3]
    elif harm == "flip":
        if kind == "w":
            pytest.skip("a tar without compression has no digest of its members")
        content[len(content) // 3] ^= 0xFF
    else:
        content = bytearray(b"<!doctype html><title>404</title>" if harm == "html" else b"")
    archive.write_bytes(content)
    refused(archive, tmp_path / "out", "damaged or not an archive")


def test_an_encrypted_zip_is_refused(tmp_path):
    archive = zipped(tmp_path / "a.zip", a=b"1")
    content = bytearray(archive.read_bytes())
    content[6] |= 1  # the flag of the member's own header
    content[content.rindex(b"PK\x01\x02") + 8] |= 1
    archive.write_bytes(content)
    refused(archive, tmp_path / "out", "password")
