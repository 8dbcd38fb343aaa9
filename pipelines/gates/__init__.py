"""Gates: freezing what is judged, calling the suites, registering the decision."""
