"""Finding and writing certificates; ``checker`` re-verifies them, alone.

Nothing is imported here, so that the checker starts without what the finders need.
"""
