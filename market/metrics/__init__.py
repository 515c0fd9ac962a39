"""Quality metrics of annotation work: readers of label files, measures with their sources, one entry `score`."""
