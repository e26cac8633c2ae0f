//! A run from start to finish: arms, schedules, events, recording, exporters.
