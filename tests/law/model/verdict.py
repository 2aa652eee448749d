# SPDX-License-Identifier: Apache-2.0
"""What the rules say to one act: reasons to refuse it, and flags.   Source: mapping.md, "Class of a code"."""

FORM, LAW, FLAG, COMPUTED, PROGRAMME = "form", "law", "flag", "computed", "programme"

CLASSES = {
    FORM: """SCHEMA_INVALID SIZE_LIMIT AMOUNT_INVALID SUBJECT_NOT_FOUND REF_NOT_FOUND REF_WRONG_TYPE QUORUM_MISSING
        FUTURE_EVENT_DATE BAD_SIGNATURE MISSING_SIGNATURE UNKNOWN_PARTY PARTY_EXISTS USCC_INVALID ROLE_NOT_PERMITTED
        SCOPE_NOT_PERMITTED MANDATE_SCOPE UNPUBLISHED_DATA_IN_CLEAR CORRECTION_NOT_AUTHORITY APP_NO_CHECK_DIGIT
        APP_NO_TYPE_MISMATCH KIND_CODE_INVALID APP_NO_EXISTS ANNUITY_DUPLICATE SHARE_SUM_INVALID PLEDGE_NOT_FOUND
        TECHREG_EXISTS TECH_AMOUNT_EXCEEDS CASE_EXISTS KEY_EXISTS""",
    COMPUTED: "FEE_MISMATCH STATISTIC_MISMATCH TARGET_MISMATCH",
    PROGRAMME: "PRICE_PUBLICITY_MISSING PUBLICITY_PERIOD_OPEN NOT_SELLER",
    FLAG: """APP_NO_YEAR_DIFFERS ANNUITY_DUE_DIFFERS SERVICE_UNKNOWN LICENSE_ON_VOID LICENSE_ENDS_WITH_PATENT
        PRIOR_LICENSE_SURVIVES CLASS_NESTING_UNKNOWN RECORDAL_LATE DOUBLE_DISPOSAL PREEMPTION_NOT_OFFERED PLEDGE_PRIORITY
        MONOPOLY_CLAUSE_DECLARED OVERPAID TECHREG_LATE ACT_PARTLY_OUTSIDE_TERM ACT_IN_RESTORED_GAP COURT_NOT_COMPETENT
        DOUBLE_PRESERVATION DAMAGES_OUT_OF_RANGE DAMAGES_MISMATCH CUSTODY_GAP CLOCK_EXCEEDED LATE_ENTRY""",
    LAW: """SELF_DEALING STATE_FORBIDS EVENT_BEFORE_PRIOR PRIORITY_EXPIRED PRIORITY_BASE_USED PCT_ENTRY_LATE PUBLISH_TOO_EARLY
        EXAM_REQUEST_LATE COMMIT_MISMATCH COAPPLICANT_CONSENT_MISSING COOWNER_CONSENT_MISSING DEADLINE_PASSED DUAL_GRANT
        FORMALITY_LATE ANNUITY_AFTER_GRACE GRACE_NOT_OVER ANNUITY_ARREARS RESTORE_WINDOW_CLOSED TERM_NOT_ENDED
        PTA_REQUEST_LATE PTA_DUAL_FILING EVAL_REPORT_EXISTS NOT_UM_OR_DESIGN EVAL_REPORT_REQUIRED INVALIDATION_RES_JUDICATA
        VALIDITY_CONTESTED APPEAL_WINDOW_OPEN SUSPENSION_TOO_LONG PATENT_FROZEN ZL_BEFORE_GRANT PATENT_NOT_IN_FORCE
        TERM_BEYOND_PATENT LICENSE_OVERLAP SCOPE_EXCEEDS_HEAD SUBLICENSE_NOT_PERMITTED LICENSEE_CONSENT_MISSING
        OPEN_LICENSE_ACTIVE OPEN_LICENSE_NOT_ACTIVE RECORDAL_DUPLICATE NOT_RIGHT_HOLDER OWNER_MISMATCH
        EXPORT_APPROVAL_MISSING PLEDGEE_CONSENT_MISSING CONSENT_EXPIRED PLEDGE_EXISTS PATENT_NOT_GRANTED
        PLEDGE_TERM_BEYOND_PATENT NO_STANDING PATENT_NOT_IN_FORCE_AT_ACT CASE_STATE_FORBIDS APPEAL_LATE
        PRESERVATION_TOO_LONG RENEWAL_LATE PUNITIVE_BASE_STATUTORY MULTIPLE_OUT_OF_RANGE""",
}
CLASS_OF = {code: kind for kind, codes in CLASSES.items() for code in codes.split()}


class Stop(Exception):
    """Nothing further can be said: what the rest would be judged on is not there."""


class Verdict:
    def __init__(self, alone):
        self.alone = alone          # signed by one competent authority and nobody else
        self.refused = {}           # code -> records that stand in the way
        self.flags = {}
        self.effect = lambda: None  # what an accepted act does

    def _note(self, where, code, blocking):
        where.setdefault(code, set()).update(blocking)

    def say(self, code, *blocking):
        kind = CLASS_OF[code]
        as_flag = kind == FLAG or (kind == LAW and self.alone)
        self._note(self.flags if as_flag else self.refused, code, blocking)

    def flag(self, code, *blocking):
        self._note(self.flags, code, blocking)

    def refuse(self, code, *blocking):
        self._note(self.refused, code, blocking)

    def stop(self, code, *blocking):
        """A reason behind which nothing can be judged; an authority's fact is flagged and goes on."""
        self.say(code, *blocking)
        if code in self.refused:
            raise Stop
