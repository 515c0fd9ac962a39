"""The call for work: job, question, sealed bid, evaluation, award."""
