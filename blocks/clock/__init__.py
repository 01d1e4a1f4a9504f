"""The faces of the clock: what stops it, and what somebody says who cannot do what is asked."""
