"""Studies fixed before they run: plans, shards, gathering, statistics and decision rules."""
