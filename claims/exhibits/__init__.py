"""What a figure or an overview shows, as data; drawing is the report's business."""

from claims.exhibits.atlas import Disconnectivity, Landscape, Surface, landscapes
from claims.exhibits.intervals import Interval, Intervals, intervals
from claims.exhibits.networks import Trained, networks
from claims.exhibits.outcomes import Outcome, Outcomes, outcomes
from claims.exhibits.overview import Row, Section, overview

__all__ = [
    "Disconnectivity",
    "Interval",
    "Intervals",
    "Landscape",
    "Outcome",
    "Outcomes",
    "Row",
    "Section",
    "Surface",
    "Trained",
    "intervals",
    "landscapes",
    "networks",
    "outcomes",
    "overview",
]
