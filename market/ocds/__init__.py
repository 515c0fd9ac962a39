"""Open Contracting Data Standard 1.1: releases of everything public about a job, and their feed."""
