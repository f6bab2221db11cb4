"""Foundation 基础: values, errors, configuration, clock, text, spool and store. Imports no other room."""

__version__ = "0.1.0"
