"""The state machine of cases: pure. Kind, case, step, who, when and calendar in; the new case out, or a refusal."""
