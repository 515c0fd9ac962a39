"""Who may use which route: the whole table, one line a route. A new route needs its line.

Second column: `all` anybody; `person` any signed-in person; `demand firm bureau operator base` any
organisation of these kinds; `A:buyer A:seller A:parties` the members of A's own organisation, with
`+operator` or `+bureau` (of A's region) where they may read too; `nobody`. Where it begins with A
the row in the third column is A's own, and everybody else is told 404. Third column: the rows that
fill the path, in its order. A line may begin with a method that has other rules than the rest.
"""

from dataclasses import dataclass

BUYER = frozenset({"buyer_a", "viewer_a"})
SELLER = frozenset({"supplier_a", "viewer_firm_a"})
GROUPS: dict[str, frozenset[str]] = {
    "person": frozenset(
        {*BUYER, *SELLER, "buyer_b", "supplier_b", "bureau_a", "bureau_b", "operator",
         "unverified", "homeless"}
    ),
    "demand": frozenset({*BUYER, "buyer_b", "unverified"}),
    "firm": frozenset({*SELLER, "supplier_b"}),
    "bureau": frozenset({"bureau_a", "bureau_b"}),
    "operator": frozenset({"operator"}),
    "A:buyer": BUYER, "A:seller": SELLER, "A:parties": BUYER | SELLER, "A:self": frozenset({"buyer_a"}),
    "bureau_a": frozenset({"bureau_a"}), "A:bureau": frozenset({"bureau_a"}),
    "A:host": frozenset({"bureau_a"}), "base": frozenset(), "A:fair": BUYER | SELLER | {"bureau_a"},
    "nobody": frozenset(),
}  # fmt: skip
GROUPS["all"] = GROUPS["person"] | {"anonymous"}
GROUPS["member"] = GROUPS["person"] - {"homeless"}


@dataclass(frozen=True)
class Rule:
    """Who is let through, whether others are told 404, and what fills the path."""

    allowed: frozenset[str]
    is_private: bool
    rows: tuple[str, ...]

    @classmethod
    def read(cls, who: str, *rows: str) -> "Rule":
        """A line of the table."""
        allowed = frozenset().union(*(GROUPS[name] for name in who.split("+")))
        return cls(allowed, who.startswith("A:") or who == "nobody", rows)


TABLE = """
home:show all
health:alive all
health:ready all
language:choose all
documents:verify all
documents:show nobody =0000
drafts:save person
drafts:discard person
dev:components all
dev:mail all
workspace:show person
accounts:sign_in all
accounts:sign_in_code all
accounts:sign_out all
accounts:register all
accounts:confirm_email nobody unknown
accounts:forgot_password all
accounts:reset_password nobody unknown
accounts:switch person
accounts:settings person
accounts:password person
accounts:second_factor person
accounts:begin_second_factor person
accounts:remove_second_factor person
accounts:renew_recovery_codes person
accounts:mail person
accounts:unsubscribe nobody unknown
accounts:sessions person
accounts:end_other_sessions person
accounts:end_session A:self session
accounts:tokens person
accounts:revoke_token A:self token
accounts:organisation person
accounts:found person
accounts:verify member
accounts:members member
accounts:opening_key member
accounts:change_role A:buyer membership
accounts:remove_member A:buyer membership
accounts:revoke_invitation A:buyer invitation
accounts:licence nobody organisation
accounts:join nobody unknown
accounts:accept nobody unknown
operator:verification operator
operator:create_organisation operator
operator:organisation operator waiting
operator:approve operator waiting
operator:reject operator waiting
operator:suspend operator organisation
operator:reinstate operator organisation
suppliers:list all
suppliers:show all supplier
talents:list all
talents:show A:seller talent
bases:list all
bases:show nobody unknown
services:list all
services:show nobody unknown
suppliers:edit firm
suppliers:publish firm
suppliers:unpublish firm
suppliers:prices firm
suppliers:edit_price A:seller price
suppliers:remove_price A:seller price
suppliers:capacities firm
suppliers:edit_capacity A:seller capacity
suppliers:remove_capacity A:seller capacity
suppliers:certificates firm
suppliers:remove_certificate A:seller certificate
suppliers:remove_name firm
suppliers:verify_certificate operator certificate
suppliers:certificate_file nobody certificate
suppliers:edit_section firm =who
talents:own firm
talents:add firm
talents:edit A:seller talent
talents:consent A:seller talent
talents:withdraw A:seller talent
talents:remove A:seller talent
jobs:list all
jobs:post member
jobs:mine member
jobs:edit A:buyer draft =subject
jobs:review A:buyer draft
jobs:publish A:buyer draft
jobs:amend A:buyer job
jobs:cancel A:buyer job
jobs:discard A:buyer draft
jobs:lots A:buyer draft
jobs:invite A:buyer draft
jobs:take_back A:buyer draft
jobs:versions all job
questions:list all job
questions:file nobody question
locks:list bureau
locks:end bureau_a lock
job_reviews:list bureau
job_reviews:decide bureau_a job_review
fairs:list all
fairs:draft bureau+operator
fairs:show all fair
fairs:edit A:host fair_draft
fairs:open A:host fair_draft
fairs:cancel A:host fair
fairs:register demand+firm fair
fairs:withdraw demand+firm fair
fairs:block A:host fair
fairs:lift A:host fair_block
fairs:compute A:host fair
fairs:publish A:host fair
fairs:timetable A:fair fair_published
fairs:print A:fair fair_published
fairs:calendar A:fair fair_published
fairs:record A:fair fair_meeting
pools:list all
pools:draft demand+bureau
pools:mine member
pools:show all pool
pools:edit A:buyer pool_draft
pools:open A:buyer pool_draft
pools:close A:buyer pool
pools:apply firm pool
pools:decide A:buyer pool_place
pools:suspend A:buyer pool_place
pools:reinstate A:buyer pool_place
pools:withdraw A:seller pool_place
jobs:show all job
jobs:opening all evaluated_job
jobs:opening_print all evaluated_job
jobs:transcript all evaluated_job
jobs:ceremony all opening_job
POST jobs:ceremony A:buyer+bureau_a opening_job
jobs:shortlist A:buyer shortlist_job
openings:list person
openings:script all
jobs:evaluation A:buyer evaluated_job
jobs:history A:buyer job
jobs:document nobody job =deid_proof
jobs:favourite member job
jobs:favourites person
notices:list all
questions:ask all job
POST questions:ask firm job
questions:answer A:buyer question
bids:place firm job
pilots:show all piloted_job
pilots:prepare A:buyer piloted_job
pilots:submit A:seller piloted_job
pilots:items A:parties piloted_job
pilots:answers A:seller piloted_job
pilots:gold A:parties piloted_job
pilots:names A:seller piloted_job
bids:list firm
bids:show A:seller sealed_bid
bids:file A:parties opened_bid bid_file
bids:revise A:seller sealed_bid
bids:withdraw A:seller sealed_bid
bids:reconfirm A:seller sealed_bid
jobs:panel A:buyer+bureau_a job
panel:draw A:buyer+bureau_a job
panel:release A:buyer+bureau_a seat
judging:list person
judging:accept A:self seat
judging:decline A:self seat
judging:show A:self evaluated_job
judging:sit A:buyer evaluated_job
judging:declare A:self evaluated_job
judging:finish A:self evaluated_job
jobs:sheets A:buyer ranked_job
jobs:computation A:buyer ranked_job
jobs:report A:buyer ranked_job
bids:score A:self opened_bid
bids:note A:buyer ranked_bid
POST bids:note A:self ranked_bid
bids:override A:self opened_bid =0
bids:letter A:parties ranked_bid
clarifications:ask A:buyer opened_bid
clarifications:answer A:seller clarification
clarifications:decide A:buyer clarification
awards:refuse A:seller award
bids:disqualify A:buyer opened_bid
awards:decide A:buyer opened_bid
awards:show all award
awards:notice all award
calendar:show person
calendar:subscribe person
calendar:unsubscribe person
calendar:feed nobody unknown
calendar:event all job
inbox:show person
inbox:read_all person
inbox:open A:self notice
reminders:choose person
complaints:list all
complaints:about_job all job
complaints:draft firm job
complaints:show A:parties+bureau_a+operator complaint
complaints:edit A:seller complaint_draft
complaints:attach A:seller complaint_draft
complaints:evidence nobody complaint unknown
complaints:file A:seller complaint_draft
complaints:withdraw A:seller complaint
complaints:discard A:seller complaint_draft
complaints:decide A:buyer complaint
complaints:print A:parties+bureau_a+operator complaint
violations:list person
violations:report person
violations:show A:self+A:seller+bureau_a+operator report
violations:edit A:self report_draft
violations:file A:self report_draft
violations:discard A:self report_draft
violations:attach A:self+A:seller report
violations:evidence nobody report unknown
violations:speak A:seller report
violations:decide operator+bureau_a report
violations:public all supplier
awards:cancel A:buyer award
jobs:unsuccessful A:buyer evaluated_job
contracts:list person
contracts:show A:parties+bureau_a contract
contracts:sign A:parties contract_pending
contracts:refuse A:parties contract_pending
contracts:print A:parties+bureau_a contract
contracts:settle A:parties contract_pending
contracts:version A:parties+bureau_a contract =1
contracts:isolation A:parties contract
contracts:end A:parties contract
contracts:notice A:parties contract
changes:propose A:parties contract
changes:show A:parties change
changes:sign A:parties change
changes:refuse A:parties change
changes:print A:parties change
guidelines:list A:parties order
guidelines:publish A:buyer order
guidelines:file nobody order =v1.0
annotators:list A:parties order
annotators:group A:parties order
annotators:assign A:parties order
annotators:remove A:parties order
orders:reduction A:parties order
batches:provenance A:parties batch
batches:croissant A:parties batch
batches:proof A:parties batch
batches:script all
training:list person
training:write demand+operator
training:credentials firm
training:show A:parties module
training:take A:parties module
training:retire A:buyer module
training:file nobody module
contracts:verify all
orders:list person
batches:print A:parties batch
orders:show A:parties order
orders:cancel A:parties order
batches:plan A:parties order
orders:resume A:parties order
reviews:write A:parties order
disputes:list person
disputes:open A:parties batch
disputes:show A:parties+operator+bureau_a dispute
disputes:answer A:parties dispute
disputes:withdraw A:parties dispute
disputes:commit A:parties dispute
disputes:agree A:parties dispute
disputes:measure A:parties+operator+bureau_a dispute
disputes:refer A:parties dispute
disputes:take_up operator+bureau_a dispute
disputes:propose operator+bureau_a dispute
disputes:appoint operator+bureau_a dispute
disputes:decide operator+bureau_a dispute
disputes:evidence A:parties+operator+bureau_a dispute evidence
readings:list person
readings:show A:seller reading
readings:accept A:seller reading
readings:decline A:seller reading
readings:mark A:seller reading
reputation:show all supplier
reviews:list all supplier
reviews:reply A:parties review
reviews:report A:parties review
reviews:reported operator
reviews:decide operator review
batches:show A:parties batch
batches:commit A:parties batch
batches:deliver A:parties batch
batches:manifest A:parties batch
batches:sample A:parties batch
batches:inspect A:parties batch
batches:rework A:parties batch
needs:list all
needs:post person
needs:mine member
needs:show all need
needs:edit A:buyer need_draft
needs:publish A:buyer need_draft
needs:close A:buyer need
needs:reopen A:buyer need
needs:withdraw_offer firm need
needs:choose A:buyer need offer
imports:upload operator
imports:template operator =suppliers
payments:list member
payments:show A:buyer+operator payment
payments:cancel A:buyer+operator payment
payments:order A:parties order
payments:pay A:buyer order =2
repayments:show A:parties order
refunds:request A:buyer order
webhooks:stripe all
refunds:list member
epochs:list all
epochs:download all
epochs:script all
epochs:proof A:parties order
settlements:list member
settlements:show A:parties+operator settlement
settlements:print A:parties+operator settlement
invoices:print A:parties invoice
refunds:print A:parties+operator refund
payouts:list member
billing:profile member
invoices:list member
invoices:show A:parties invoice
invoices:request A:buyer order
vouchers:explained all
vouchers:order A:parties order
vouchers:decision A:parties+operator+bureau_a voucher
vouchers:proof A:parties+operator+bureau_a voucher
vouchers:release A:parties voucher
bureau:vouchers bureau+operator
vouchers:pay A:parties+operator+bureau_a voucher
vouchers:wallet member
vouchers:wallet_plan member
vouchers:plan A:parties order
vouchers:apply A:parties order =matrix-voucher
vouchers:published all
vouchers:application A:buyer+operator+bureau_a voucher_application
vouchers:decide A:bureau voucher_application
vouchers:resubmit A:buyer voucher_application
vouchers:withdraw A:buyer voucher_application
vouchers:claim A:buyer voucher_application
vouchers:object person voucher_application
vouchers:answer A:bureau voucher_application unknown
vouchers:evidence A:buyer+operator+bureau_a voucher_application unknown
vouchers:queue bureau+operator
vouchers:reviews A:bureau =matrix-voucher
programmes:show A:bureau =matrix-voucher
programmes:draft A:bureau =matrix-voucher
programmes:edit A:bureau =matrix-voucher
programmes:json A:bureau =matrix-voucher
programmes:publish A:bureau =matrix-voucher
programmes:discard A:bureau =matrix-voucher
operator:payments operator
bank:record operator
bank:list operator
bank:apply operator bank_line
bank:decide operator unknown
bank:returned operator unknown
bank:statements operator
bank:statement operator unknown
operator:queues operator
operator:platform_report operator
statements:current member
statements:show member =2026-10
statements:print member =2026-10
overdue:list member
fees:show all
invoices:credit A:parties invoice
reconciliations:list operator
reconciliations:show operator unknown
reconciliations:print operator unknown
payouts:confirm operator payout
payouts:retry operator payout
refunds:confirm operator refund
refunds:retry operator refund
webhooks:retry operator event
twin:show nobody unknown
twin:act nobody unknown
search:results all
search:weights all
search:suggestions all
search:similar nobody =talents unknown
search:job_estimate A:buyer job
alerts:list person
alerts:save person
alerts:edit nobody unknown
alerts:delete nobody unknown
alerts:stop nobody unknown
operator:searches operator
dictionary:list operator
dictionary:retire operator unknown
search:matched_jobs firm
search:job_suppliers A:buyer job
search:job_fit firm job
search:job_preview A:buyer draft
bureau:overview bureau+operator
bureau:deals bureau+operator
bureau:contracts bureau+operator
bureau:contract bureau_a+operator contract
bureau:regions bureau+operator
bureau:prices bureau+operator
bureau:targets bureau+operator
registrations:list person
registrations:show nobody unknown
certification_rounds:list all
certification_rounds:open bureau
certification_rounds:show all cert_round
certifications:list all
certifications:begin base cert_round
certifications:show all cert_public
certifications:print A:host+operator cert
certifications:form nobody cert
certifications:plan nobody cert
certifications:firm nobody cert
certifications:unlist nobody cert zero
certifications:attach nobody cert
certifications:material A:host+operator cert cert_paper
certifications:submit nobody cert
certifications:withdraw nobody cert
certifications:decide A:host cert
GET certifications:object person cert_public
POST certifications:object demand+firm+bureau+operator cert_public
certifications:answer A:host cert_public cert_objection
api:certification_list_rounds all
api:certification_open_round bureau
api:certification_list_certifications all
api:certification_submit_application nobody cert
api:certification_decide A:host cert
api:certification_object_to demand+firm+bureau+operator cert_public
filings:list person
filings:file person
filings:show nobody unknown
filings:correct nobody unknown
filings:withdraw nobody unknown
risks:list bureau+operator
risks:show nobody unknown
statistics:public all
ocds:about all
operator:audit operator
operator:outbox operator
operator:retry operator unknown
api:openapi all
api:docs all
api:accounts_show_me person
api:accounts_show_organisation person organisation
api:accounts_edit_organisation member
api:accounts_set_opening_key member
api:accounts_show_verification member
api:accounts_list_verifications operator
api:accounts_list_members member
api:accounts_list_tokens person
api:accounts_create_token member
api:accounts_revoke_token A:self token
api:directory_list_suppliers all
api:directory_show_supplier all supplier
api:directory_save_profile firm
api:directory_set_prices firm
api:directory_publish_profile firm
api:directory_unpublish firm
api:directory_list_talents all
api:directory_show_talent A:seller talent
api:directory_add_talent firm
api:directory_change_talent A:seller talent
api:directory_give_consent A:seller talent
api:directory_withdraw_consent A:seller talent
api:tendering_list_lots all job
api:tendering_set_lots A:buyer draft
api:tendering_list_versions all job
api:tendering_set_invitations A:buyer draft
api:tendering_take_back_job A:buyer draft
api:tendering_list_locks bureau
api:tendering_set_lock bureau
api:tendering_end_lock bureau_a lock
api:tendering_list_reviews bureau
api:tendering_decide_review bureau_a job_review
api:fairs_list_fairs all
api:fairs_fair_totals all
api:fairs_get_fair all fair
api:fairs_draft_fair bureau+operator
api:fairs_change_fair A:host fair_draft
api:fairs_open_fair A:host fair_draft
api:fairs_cancel_fair A:host fair
api:fairs_list_registrations A:host fair
api:fairs_register demand+firm fair
api:fairs_withdraw demand+firm fair
api:fairs_block_pair A:host fair
api:fairs_unblock_pair A:host fair_block
api:fairs_compute_timetable A:host fair
api:fairs_get_timetable A:fair fair_published
api:fairs_publish_fair A:host fair
api:fairs_record_meeting A:fair fair_meeting
api:pools_list_pools all
api:pools_get_pool all pool
api:pools_list_members all pool
api:pools_draft_pool demand+bureau
api:pools_change_pool A:buyer pool_draft
api:pools_open_pool A:buyer pool_draft
api:pools_close_pool A:buyer pool
api:pools_list_applications A:buyer pool
api:pools_apply_to_pool firm pool
api:pools_decide_application A:buyer pool_place
api:pools_suspend_member A:buyer pool_place
api:pools_reinstate_member A:buyer pool_place
api:pools_withdraw_from_pool A:seller pool_place
api:tendering_list_jobs all
api:tendering_list_templates all
api:tendering_get_job all job
api:tendering_create_draft member
api:tendering_update_draft A:buyer draft
api:tendering_attach_document A:buyer draft =deid_proof
api:tendering_publish_job A:buyer draft
api:tendering_amend_job A:buyer job
api:tendering_cancel_job A:buyer job
api:tendering_list_questions all job
api:tendering_ask_question firm job
api:tendering_answer_question A:buyer question
api:tendering_get_opening all evaluated_job
api:pilots_get_pilot all piloted_job
api:pilots_prepare_pilot A:buyer piloted_job
api:pilots_get_items A:parties piloted_job
api:pilots_get_part A:seller piloted_job
api:pilots_submit_answers A:seller piloted_job
api:pilots_get_gold A:parties piloted_job
api:tendering_get_ceremony all opening_job
api:tendering_release_share A:buyer+bureau_a opening_job
api:tendering_shortlist A:buyer shortlist_job
api:tendering_place_bid firm job
api:tendering_list_bids person
api:tendering_get_bid A:seller sealed_bid
api:tendering_list_bid_files A:parties opened_bid
api:tendering_get_bid_file A:parties opened_bid bid_file
api:tendering_revise_bid A:seller sealed_bid
api:tendering_withdraw_bid A:seller sealed_bid
api:tendering_reconfirm_bid A:seller sealed_bid
api:tendering_list_opened_bids A:buyer evaluated_job
api:tendering_get_panel A:buyer+bureau_a job
api:tendering_appoint_judge A:buyer+bureau_a job
api:tendering_draw_judges A:buyer+bureau_a job
api:tendering_release_judge A:buyer+bureau_a seat
api:tendering_accept_seat A:self seat
api:tendering_decline_seat A:self seat
api:tendering_get_expertise person
api:tendering_enrol_expert person
api:tendering_get_judging A:self evaluated_job
api:tendering_judge_alone A:buyer evaluated_job
api:tendering_declare_interests A:self evaluated_job
api:tendering_get_sheet A:self opened_bid
api:tendering_save_sheet A:self opened_bid
api:tendering_finish_judging A:self evaluated_job
api:tendering_list_sheets A:buyer ranked_job
api:tendering_get_computation A:buyer ranked_job
api:tendering_note_spread A:self ranked_bid
api:tendering_override_check A:self opened_bid =0
api:tendering_list_clarifications A:parties opened_bid
api:tendering_ask_about_price A:buyer opened_bid
api:tendering_answer_request A:seller clarification
api:tendering_judge_answer A:buyer clarification
api:tendering_refuse_award A:seller award
api:tendering_get_letter A:parties ranked_bid
api:tendering_disqualify_bid A:buyer opened_bid
api:tendering_award_bid A:buyer opened_bid
api:tendering_get_award all award
api:tendering_cancel_award A:buyer award
api:calendar_list_deadlines person
api:calendar_open_feed person
api:calendar_revoke_feed person
api:notifications_list_notices person
api:notifications_read_notices person
api:notifications_show_choice person
api:notifications_choose_reminders person
api:complaints_list_complaints all
api:complaints_show_complaint A:parties+bureau_a+operator complaint
api:complaints_draft_complaint firm job
api:complaints_edit_complaint A:seller complaint_draft
api:complaints_file_complaint A:seller complaint_draft
api:complaints_withdraw_complaint A:seller complaint
api:complaints_discard_complaint A:seller complaint_draft
api:complaints_decide_complaint A:buyer complaint
api:complaints_list_reports person
api:complaints_show_report A:self+A:seller+bureau_a+operator report
api:complaints_draft_report person
api:complaints_file_report A:self report_draft
api:complaints_discard_report A:self report_draft
api:complaints_give_view A:seller report
api:complaints_decide_report operator+bureau_a report
api:complaints_list_public_decisions all supplier
api:orders_list_contracts person
api:orders_show_contract A:parties+bureau_a contract
api:orders_sign_contract A:parties contract_pending
api:orders_refuse_contract A:parties contract_pending
api:orders_settle_draft A:parties contract_pending
api:orders_list_versions A:parties+bureau_a contract
api:orders_propose_change A:parties contract
api:orders_propose_termination A:parties contract
api:orders_give_notice A:parties contract
api:orders_show_change A:parties change
api:orders_sign_change A:parties change
api:orders_refuse_change A:parties change
api:orders_list_guidelines A:parties order
api:orders_publish_guideline A:parties order
api:orders_list_annotators A:parties order
api:orders_open_group A:parties order
api:orders_assign_talent A:parties order
api:orders_end_assignment A:parties order
api:orders_allow_reduction A:parties order
api:orders_show_provenance A:parties batch
api:training_list_modules person
api:training_write_module member
api:training_keep_credential firm
api:training_show_module A:parties module
api:training_take_quiz A:parties module
api:training_retire_module A:buyer module
api:orders_list_orders person
api:orders_show_order A:parties order
api:orders_cancel_order A:parties order
api:orders_plan_batch A:parties order
api:orders_resume_inspection A:parties order
api:orders_show_batch A:parties batch
api:orders_commit_seed A:parties batch
api:orders_submit_batch A:parties batch
api:orders_draw_sample A:parties batch
api:orders_record_inspection A:parties batch
api:orders_accept_batch A:parties batch
api:orders_start_rework A:parties batch
api:orders_write_review A:parties order
api:disputes_list_disputes person
api:disputes_show_dispute A:parties+operator+bureau_a dispute
api:disputes_open_dispute A:parties batch
api:disputes_answer_dispute A:parties dispute
api:disputes_withdraw_dispute A:parties dispute
api:disputes_commit_own_seed A:parties dispute
api:disputes_agree_to_proposal A:parties dispute
api:disputes_order_measurement A:parties+operator+bureau_a dispute
api:disputes_refer_dispute A:parties dispute
api:disputes_take_up operator+bureau_a dispute
api:disputes_propose operator+bureau_a dispute
api:disputes_appoint_reader operator+bureau_a dispute
api:disputes_decide_dispute operator+bureau_a dispute
api:disputes_list_readings person
api:disputes_show_reading A:seller reading
api:disputes_accept_reading A:seller reading
api:disputes_decline_reading A:seller reading
api:disputes_mark_items A:seller reading
api:reputation_show_reputation all supplier
api:orders_list_reviews all supplier
api:orders_reply_to_review A:parties review
api:orders_report_review A:parties review
api:orders_decide_report operator review
api:datasets_list_needs all
api:datasets_show_need all need
api:datasets_post_need person
api:datasets_change_need A:buyer need_draft
api:datasets_publish_need A:buyer need_draft
api:datasets_close_need A:buyer need
api:datasets_list_offers person need
api:datasets_make_offer firm need
api:datasets_withdraw_offer firm need
api:datasets_choose_offer A:buyer need offer
api:billing_list_stages A:parties order
api:billing_pay_stage A:buyer order =2
api:billing_show_payment A:buyer+operator payment
api:billing_cancel_payment A:buyer+operator payment
api:billing_refund_order A:buyer order
api:billing_list_debts A:parties order
api:billing_confirm_repayment A:buyer order
api:billing_list_lines operator
api:billing_record_line operator
api:billing_show_line operator bank_line
api:billing_propose_decision operator bank_line
api:billing_judge_decision operator unknown
api:billing_confirm_return operator unknown
api:billing_confirm_payout operator payout
api:billing_confirm_refund operator refund
api:billing_list_epochs all
api:billing_prove_entries A:parties order
api:billing_list_settlements member
api:billing_show_settlement A:parties+operator settlement
api:billing_list_payouts member
api:billing_request_invoice A:buyer order
api:billing_record_invoice A:parties invoice
api:billing_list_programmes all
api:billing_quote_vouchers A:parties order
api:billing_redeem_voucher A:parties order
api:billing_release_voucher A:parties voucher
api:billing_apply_for_voucher A:parties order
api:billing_list_applications member
api:billing_show_application A:buyer+operator+bureau_a voucher_application
api:billing_decide_application A:bureau voucher_application
api:billing_withdraw_application A:buyer voucher_application
api:billing_show_plan member
api:bureau_trade bureau+operator
api:bureau_public all
api:registration_list_registrations person
api:registration_list_filings person
api:registration_file_deal person
api:registration_answer_filing nobody unknown
api:risks_list_cases bureau+operator
api:risks_show_case nobody unknown
api:risks_decide_case nobody unknown
api:ocds_releases all
api:ocds_record nobody unknown
api:search_search_records all
api:search_list_dictionary operator
api:search_add_entry operator
api:search_retire_entry operator unknown
api:search_list_saved_searches person
api:search_save_search person
api:search_change_saved_search nobody unknown
api:search_delete_saved_search nobody unknown
api:search_suggest all
api:search_list_similar nobody =talents unknown
api:search_estimate_job A:buyer job
api:search_match_job A:buyer job
api:search_match_supplier A:seller supplier
"""
METHODS = ("GET ", "POST ")


def _key(line: str) -> tuple[str, list[str]]:
    method = next((method for method in METHODS if line.startswith(method)), "")
    name, *rest = line.removeprefix(method).split()
    return method + name, rest


RULES: dict[str, Rule] = {
    key: Rule.read(*rest) for key, rest in map(_key, TABLE.strip().splitlines())
}


def rule_of(name: str, method: str) -> Rule | None:
    """The line of a route, or of one of its methods where they differ."""
    return RULES.get(f"{method} {name}") or RULES.get(name)
