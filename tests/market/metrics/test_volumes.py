"""NIfTI and DICOM segmentations as mask volumes."""

import io
import os
import warnings

import nibabel
import numpy as np
import pydicom
import pytest
from hypothesis import given, settings, strategies
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, SegmentationStorage

from market.metrics.agreement import NotMeasurable
from market.metrics.files import LabelFile, LabelFileInvalid
from market.metrics.readers import read_labels
from market.metrics.scoring import score
from market.metrics.shapes import Kind

SHAPE = (8, 6, 4)
SCALE = int(os.environ.get("MARKET_TEST_SCALE", "1"))


def volume(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 3, SHAPE).astype(np.uint8)


def nifti(voxels: np.ndarray, name: str = "case1.nii.gz", *, shift: float = 0) -> LabelFile:
    affine = np.diag([1.0, 1.0, 2.5, 1.0])
    affine[0, 3] = shift
    image = nibabel.Nifti1Image(voxels, affine)
    content: bytes = image.to_bytes()
    if name.endswith(".gz"):
        import gzip

        content = gzip.compress(content)
    return LabelFile(name, content)


def expected_dice(one: np.ndarray, other: np.ndarray) -> float:
    values = [
        2 * ((one == n) & (other == n)).sum() / ((one == n).sum() + (other == n).sum())
        for n in (1, 2)
    ]
    return float(np.mean(values))


def outcome(kind: Kind, file: LabelFile) -> object:
    """What was read, or the sentence why not."""
    try:
        return read_labels(kind, [file])
    except LabelFileInvalid as exc:
        return exc.message


def segmentation(mask: np.ndarray, *, order: str = "forwards", label: str = "tumour") -> LabelFile:
    """A binary DICOM segmentation of one segment, a frame for each slice."""
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.file_meta.MediaStorageSOPClassUID = SegmentationStorage
    data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID = "1.2.3"
    data.SOPClassUID, data.SegmentationType = SegmentationStorage, "BINARY"
    data.Rows, data.Columns, data.NumberOfFrames = mask.shape[1], mask.shape[2], len(mask)
    data.BitsAllocated = data.BitsStored = 1
    segment = Dataset()
    segment.SegmentNumber, segment.SegmentLabel = 1, label
    data.SegmentSequence = [segment]
    places = list(range(len(mask)))
    places = places[::-1] if order == "backwards" else places
    data.PerFrameFunctionalGroupsSequence = [_frame(place) for place in places]
    data.PixelData = pydicom.pixels.pack_bits(mask[places].astype(np.uint8).ravel())
    stream = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pydicom.dcmwrite(stream, data, enforce_file_format=True)
    return LabelFile("case1.dcm", stream.getvalue())


def _frame(place: int) -> Dataset:
    frame, identification, position = Dataset(), Dataset(), Dataset()
    identification.ReferencedSegmentNumber = 1
    position.ImagePositionPatient = [0.0, 0.0, place * 2.5]
    frame.SegmentIdentificationSequence = [identification]
    frame.PlanePositionSequence = [position]
    return frame


def test_dice_of_label_maps_is_the_mean_over_their_labels() -> None:
    one, other = volume(1), volume(2)
    found = score("dice", [nifti(one)], [nifti(other, "answer.nii")])
    assert found.value == pytest.approx(expected_dice(one, other), abs=1e-12)
    assert score("dice_floor", [nifti(one)], [nifti(one)]).value == 1.0


def test_a_volume_in_another_place_is_refused() -> None:
    with pytest.raises(NotMeasurable, match="case1"):
        score("dice", [nifti(volume())], [nifti(volume(), shift=3)])


def test_dicom_frames_are_paired_by_where_they_lie() -> None:
    mask = np.random.default_rng(3).random((3, 8, 8)) < 0.5
    gold, given = segmentation(mask), segmentation(mask, order="backwards")
    assert gold.content != given.content
    assert score("iou", [gold], [given]).value == 1.0
    half = mask.copy()
    half[2] = False
    found = score("dice", [gold], [segmentation(half)]).value
    assert found == pytest.approx(2 * half.sum() / (mask.sum() + half.sum()), abs=1e-12)


@pytest.mark.parametrize(
    "file",
    [
        LabelFile("a.nii", b"not a volume"),
        LabelFile("a.nii.gz", b"\x1f\x8b" + b"0" * 40),
        LabelFile("a.dcm", b"DICM"),
        nifti(volume(), "cut.nii")
        and LabelFile("cut.nii", nifti(volume(), "cut.nii").content[:380]),
        LabelFile(
            "float.nii", nibabel.Nifti1Image(np.full(SHAPE, 0.5, np.float32), np.eye(4)).to_bytes()
        ),
        LabelFile(
            "wide.nii", nibabel.Nifti1Image(np.zeros((2, 2, 2, 2), np.uint8), np.eye(4)).to_bytes()
        ),
    ],
    ids=lambda file: str(file.name),
)
def test_damaged_volumes_are_refused_by_name(file: LabelFile) -> None:
    with pytest.raises(LabelFileInvalid, match=file.name):
        score("dice", [file], [file])


SEEDS = (
    nifti(volume(), "a.nii").content,
    nifti(volume(), "a.nii.gz").content,
    segmentation(np.ones((2, 4, 4), dtype=bool)).content,
)


@settings(max_examples=150 * SCALE)
@given(strategies.data())
def test_no_volume_makes_a_traceback(data: strategies.DataObject) -> None:
    content = bytearray(data.draw(strategies.sampled_from(SEEDS)))
    for _change in range(data.draw(strategies.integers(1, 3))):
        at = data.draw(strategies.integers(0, min(len(content), 1500)))
        content[at : at + data.draw(strategies.integers(0, 4))] = data.draw(
            strategies.binary(max_size=4)
        )
    name = data.draw(strategies.sampled_from(("a.nii", "a.nii.gz", "a.dcm")))
    assert outcome(Kind.MASKS, LabelFile(name, bytes(content)))
