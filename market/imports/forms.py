"""Input of the upload page."""

from typing import Literal

from pydantic import BaseModel


class UploadInput(BaseModel):
    """Of what kind the rows are, where the file does not say."""

    kind: Literal["", "suppliers", "jobs", "talents", "dataset_needs"] = ""
