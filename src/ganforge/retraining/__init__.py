"""What ``ci/retrain`` is made of: which stages ran and why, and the report for who decides about a change."""
