"""Reports 报告: what a duty officer reads. Pure; each sentence is computed from stored values."""
