"""Pay statement of the performance-pay scheme."""
