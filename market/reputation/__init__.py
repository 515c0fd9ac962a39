"""Reputation: observations of what happened, and the figures that follow from them by a published rule."""
