"""A file inside a JSON body, in base64."""

import base64
import binascii

from pydantic import BaseModel, Field, field_validator

from market.kit.i18n import gettext as _


class FileBody(BaseModel):
    """Its name and its content."""

    filename: str = Field(min_length=1, max_length=200)
    content: str

    @field_validator("content")
    @classmethod
    def _is_base64(cls, value: str) -> str:
        try:
            base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            raise ValueError(_("The content must be base64")) from None
        return value

    def bytes(self) -> bytes:
        """The content itself."""
        return base64.b64decode(self.content)
