"""Speed, measured: `python -m benchmarks [NAME...]` writes docs/benchmarks.md."""
