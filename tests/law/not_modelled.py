# SPDX-License-Identifier: Apache-2.0
"""What the second implementation leaves out, and why. Everything else is compared; a check keeps the list honest."""

# Types of record that no history holds.
TYPES = {
    "party.register": "parties stand there from the beginning", "party.change": "parties do not change",
    "key.add": "every party has one key", "key.rotate": "every party has one key", "key.revoke": "every party has one key",
    "key.compromise": "every party has one key", "role.grant": "roles do not change", "role.revoke": "roles do not change",
    "rulepack.publish": "one rule pack", "table.publish": "tables stand there from the beginning",
    "validator.change": "the council does not change", "validator.ready": "the council does not change",
    "evidence.timestamp": "a token of RFC 3161 is for its own tests (tests/vectors/rfc3161)",
    **dict.fromkeys(("privacy.correct", "privacy.restrict", "privacy.erase_notice"), "marks what readers show, moves no right"),
}

# Codes that a modelled type announces and no history meets: the generator does not go there.
CODES = {
    "SIZE_LIMIT": "bounds of rows are far beyond a history", "UNKNOWN_PARTY": "every party is registered",
}
