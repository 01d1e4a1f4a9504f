"""Time travel: the control that moves business time in a rehearsal, and its own little door on this machine."""
