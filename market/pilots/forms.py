"""What owners and firms type or send about a pilot."""

import base64
import binascii

from pydantic import BaseModel, Field, field_validator

from market.kit.i18n import gettext as _
from market.metrics.files import LabelFile


class PilotInput(BaseModel):
    """The owner's preparation: the metric, within what the procedure announced, and what is asked."""

    metric: str = Field(min_length=1, max_length=40)
    instructions: str = Field(min_length=10, max_length=4000)


class NoFields(BaseModel):
    """A form that is a file alone."""


class FileInput(BaseModel):
    """A file inside a JSON body."""

    filename: str = Field(min_length=1, max_length=200)
    content: str  # base64

    @field_validator("content")
    @classmethod
    def _is_base64(cls, value: str) -> str:
        try:
            base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            raise ValueError(_("The content must be base64")) from None
        return value

    def file(self) -> LabelFile:
        """The file itself."""
        return LabelFile(self.filename, base64.b64decode(self.content))


class PilotWithFiles(PilotInput):
    """A preparation with its two files."""

    items: FileInput
    gold: FileInput
