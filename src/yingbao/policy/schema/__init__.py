"""The shape of a policy file: pydantic models, section by section. Meaning is given by `policy.program`."""
