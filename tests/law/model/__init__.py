# SPDX-License-Identifier: Apache-2.0
"""A second, naive implementation of the rules, for comparison with ledger/catalog.

Written from the law pages (docs/law, docs/records.md, docs/formats/state.md) and the design page of the
domain; it shares no code with the ledger and keeps everything in plain dicts. It is not fast, not
complete (see NOT_MODELLED in tests/law/histories.py) and answers nobody but the tests.
"""
