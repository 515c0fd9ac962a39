"""Readers of mask volumes: NIfTI by nibabel, DICOM segmentations by pydicom; one region a label."""

import io
import zlib
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import numpy as np
import pydicom
from nibabel.nifti1 import Nifti1Image
from nibabel.nifti2 import Nifti2Image
from numpy.typing import NDArray
from pydicom.pixels.utils import unpack_bits
from pydicom.uid import DeflatedExplicitVRLittleEndian, SegmentationStorage

from market.kit.i18n import gettext as _
from market.metrics import regions, tables
from market.metrics.files import MIB, LabelFile, LabelFileInvalid, wrong
from market.metrics.shapes import Items, Masks, Region

MAX_BYTES = 512 * MIB
MAX_VOXELS = 2**27  # 512 x 512 x 512
MAX_LABELS = 256
MAX_FRAMES = 20_000
DEFLATED = DeflatedExplicitVRLittleEndian.encode()


def read(files: Iterable[LabelFile]) -> Items[Masks]:
    """Every volume: a NIfTI label map (0 is background) or a binary DICOM segmentation."""
    found: Items[Masks] = {}
    for file in files:
        tables.once(file, 0, file.stem, file.stem in found)
        reader = _dicom if file.suffix == ".dcm" else _nifti
        try:
            found[file.stem] = reader(file)
        except LabelFileInvalid:
            raise
        except Exception as exc:  # what a damaged binary file makes either library raise is open
            why = _("the file is damaged (%(why)s)", why=type(exc).__name__)
            raise wrong(file.name, why) from None
    return found


def _nifti(file: LabelFile) -> Masks:
    content = _inflated(file) if file.content[:2] == b"\x1f\x8b" else file.content
    is_second = content[:4] in (b"\x1c\x02\x00\x00", b"\x00\x00\x02\x1c")
    form = Nifti2Image if is_second else Nifti1Image
    image: Any = form.from_stream(io.BytesIO(content))
    if (
        not 2 <= len(image.shape) <= 3
        or not 0 < int(np.prod(image.shape, dtype=object)) <= MAX_VOXELS
    ):
        raise wrong(file.name, _("a mask has two or three dimensions and at most 512³ voxels"))
    voxels = np.asanyarray(image.dataobj)
    labels = np.unique(voxels)
    if len(labels) > MAX_LABELS or not np.all(labels == np.floor(labels)):
        raise wrong(
            file.name, _("a mask holds whole numbers, at most %(most)s of them", most=MAX_LABELS)
        )
    flat = voxels.reshape(voxels.shape[0], -1)
    found = {
        str(int(label)): {"": regions.from_array(flat == label)} for label in labels if label != 0
    }
    affine = np.round(np.asarray(image.affine, dtype=float), 3) + 0.0
    return Masks(found, (*map(float, voxels.shape), *map(float, affine.ravel())))


def _inflated(file: LabelFile) -> bytes:
    stream = zlib.decompressobj(wbits=31)
    content = stream.decompress(file.content, MAX_BYTES)
    if stream.unconsumed_tail:
        raise wrong(file.name, _("the file unpacks to more than is allowed"))
    return content


def _dicom(file: LabelFile) -> Masks:
    if DEFLATED in file.content[:4096]:  # pydicom would inflate it whatever its size
        raise wrong(file.name, _("a segmentation must not be compressed"))
    data = pydicom.dcmread(io.BytesIO(file.content))
    if data.get("SOPClassUID") != SegmentationStorage or data.get("SegmentationType") != "BINARY":
        raise wrong(file.name, _("this is not a binary DICOM segmentation"))
    frames = _frames(file, data)
    names = {
        int(segment.SegmentNumber): str(segment.get("SegmentLabel") or segment.SegmentNumber)
        for segment in data.SegmentSequence
    }
    found: dict[str, Region] = defaultdict(dict)
    for frame, about in zip(frames, data.PerFrameFunctionalGroupsSequence, strict=True):
        number = int(about.SegmentIdentificationSequence[0].ReferencedSegmentNumber)
        region, place = found[names[number]], _place(about)
        if place in region:
            raise wrong(file.name, _("two frames of one segment lie in the same place"))
        region[place] = regions.from_array(frame)
    return Masks(dict(found), (float(data.Columns), float(data.Rows)))


def _frames(file: LabelFile, data: Any) -> NDArray[Any]:
    count, rows, columns = int(data.get("NumberOfFrames", 1)), int(data.Rows), int(data.Columns)
    if not 0 < count <= MAX_FRAMES or not 0 < count * rows * columns <= MAX_VOXELS:
        raise wrong(file.name, _("the segmentation has too many frames"))
    if data.file_meta.TransferSyntaxUID.is_compressed:
        raise wrong(file.name, _("a segmentation must not be compressed"))
    pixels = np.asarray(unpack_bits(data.PixelData))[: count * rows * columns]
    return pixels.reshape(count, rows, columns)


def _place(about: Any) -> str:
    """Where a frame lies: its position in the patient, to the micrometre."""
    position = about.PlanePositionSequence[0].ImagePositionPatient
    return "/".join(f"{float(value) + 0.0:.3f}" for value in position)
