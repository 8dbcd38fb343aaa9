"""From an upload to the lake: identity, bytes, reading, judging, loading."""
