"""Composition 编排: opens store, configuration, clock and notifiers, and runs each step of a post's way."""
