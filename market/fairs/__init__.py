"""Fairs 供需对接会: an event, who comes, the optimal timetable of their meetings, and what came of them."""
