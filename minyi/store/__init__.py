"""The record 存储: `base` states the contract, `query` the language, `sqlite` is the embedded engine."""
