"""Writers: figures that are already decided, turned into bytes."""
