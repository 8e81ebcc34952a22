-- AlterTable
ALTER TABLE "orders" ADD COLUMN     "client_payment" TEXT NOT NULL DEFAULT 'UNKNOWN',
ADD COLUMN     "client_payment_at" TIMESTAMPTZ(3),
ADD COLUMN     "currency" TEXT,
ADD COLUMN     "is_premium" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "next_look_at" TIMESTAMPTZ(3),
ADD COLUMN     "price_after_taxes" BIGINT,
ADD COLUMN     "price_before_taxes" BIGINT,
ADD COLUMN     "progress" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN     "target_order_id" UUID,
ADD COLUMN     "years" INTEGER;

-- CreateTable
CREATE TABLE "ledger_entries" (
    "id" UUID NOT NULL,
    "organization_id" TEXT NOT NULL,
    "order_id" UUID,
    "kind" TEXT NOT NULL,
    "amount" BIGINT NOT NULL,
    "currency" TEXT NOT NULL,
    "domain_name" TEXT,
    "note" TEXT,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "ledger_entries_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "client_payments" (
    "organization_id" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "domain_name" TEXT NOT NULL DEFAULT '',
    "term_ends_at" TIMESTAMPTZ(3) NOT NULL,
    "state" TEXT NOT NULL,
    "reference" TEXT,
    "actor" TEXT NOT NULL,
    "recorded_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "client_payments_pkey" PRIMARY KEY ("organization_id","client_id","domain_name","term_ends_at")
);

-- CreateTable
CREATE TABLE "auto_renew_policies" (
    "id" UUID NOT NULL,
    "organization_id" TEXT NOT NULL,
    "scope" TEXT NOT NULL,
    "scope_value" TEXT NOT NULL,
    "policy" TEXT NOT NULL,
    "lead_ms" BIGINT NOT NULL,
    "fail_safe" TEXT NOT NULL,
    "price_hold_percent" INTEGER,
    "actor" TEXT NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "auto_renew_policies_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "auto_renew_decisions" (
    "organization_id" TEXT NOT NULL,
    "domain_name" TEXT NOT NULL,
    "term_ends_at" TIMESTAMPTZ(3) NOT NULL,
    "client_id" TEXT,
    "policy" TEXT NOT NULL,
    "wanted" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "decided_at" TIMESTAMPTZ(3) NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "state" TEXT NOT NULL,
    "detail" JSONB NOT NULL DEFAULT '{}',
    "next_look_at" TIMESTAMPTZ(3),
    "lease_owner" TEXT,
    "lease_until" TIMESTAMPTZ(3),
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "auto_renew_decisions_pkey" PRIMARY KEY ("organization_id","domain_name","term_ends_at")
);

-- CreateTable
CREATE TABLE "refund_cases" (
    "id" UUID NOT NULL,
    "order_id" UUID NOT NULL,
    "organization_id" TEXT NOT NULL,
    "ground" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "reason" TEXT,
    "deadline_at" TIMESTAMPTZ(3),
    "actor" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "checked_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "refund_cases_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "announcements" (
    "subject_type" TEXT NOT NULL,
    "subject_id" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "announced_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "announcements_pkey" PRIMARY KEY ("subject_type","subject_id","key")
);

-- CreateTable
CREATE TABLE "plans" (
    "id" UUID NOT NULL,
    "organization_id" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "stop_reason" TEXT,
    "actor" TEXT NOT NULL,
    "lease_owner" TEXT,
    "lease_until" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "started_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "plans_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "plan_items" (
    "plan_id" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "kind" TEXT NOT NULL,
    "domain_name" TEXT NOT NULL,
    "input" JSONB NOT NULL,
    "quote" JSONB NOT NULL,
    "state" TEXT NOT NULL,
    "order_id" UUID,
    "failure" JSONB,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "plan_items_pkey" PRIMARY KEY ("plan_id","position")
);

-- CreateIndex
CREATE INDEX "ledger_entries_organization_id_occurred_at_id_idx" ON "ledger_entries"("organization_id", "occurred_at", "id");

-- CreateIndex
CREATE UNIQUE INDEX "ledger_entries_order_id_kind_key" ON "ledger_entries"("order_id", "kind");

-- CreateIndex
CREATE UNIQUE INDEX "auto_renew_policies_organization_id_scope_scope_value_key" ON "auto_renew_policies"("organization_id", "scope", "scope_value");

-- CreateIndex
CREATE INDEX "auto_renew_decisions_next_look_at_idx" ON "auto_renew_decisions"("next_look_at");

-- CreateIndex
CREATE INDEX "refund_cases_organization_id_created_at_id_idx" ON "refund_cases"("organization_id", "created_at", "id");

-- CreateIndex
CREATE UNIQUE INDEX "refund_cases_order_id_ground_key" ON "refund_cases"("order_id", "ground");

-- CreateIndex
CREATE INDEX "plans_organization_id_created_at_id_idx" ON "plans"("organization_id", "created_at", "id");

-- CreateIndex
CREATE INDEX "plan_items_order_id_idx" ON "plan_items"("order_id");

-- AddForeignKey
ALTER TABLE "plan_items" ADD CONSTRAINT "plan_items_plan_id_fkey" FOREIGN KEY ("plan_id") REFERENCES "plans"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- One unfinished order for a domain, whatever it is for: a renewal and a transfer at once would each be judged by what the other did.
DROP INDEX "orders_unfinished_key";
CREATE UNIQUE INDEX "orders_unfinished_key" ON "orders"("domain_name") WHERE "ended_at" IS NULL;

-- What an organization spent in a day or a month.
CREATE INDEX "orders_spent_idx" ON "orders"("organization_id", "currency", "created_at") WHERE "price_after_taxes" IS NOT NULL;

-- Orders to look at next.
CREATE INDEX "orders_next_look_at_idx" ON "orders"("next_look_at") WHERE "next_look_at" IS NOT NULL;

ALTER TABLE "orders"
  DROP CONSTRAINT "orders_state_known",
  DROP CONSTRAINT "orders_ended_when_final",
  ADD CONSTRAINT "orders_state_known" CHECK ("state" IN ('CLAIMED', 'SUBMITTED', 'ACCEPTED', 'WAITING', 'ACTION_REQUIRED', 'COMPLETED', 'FAILED', 'CANCELLED', 'REFUND_PENDING', 'REFUNDED')),
  ADD CONSTRAINT "orders_ended_when_final" CHECK (("ended_at" IS NOT NULL) = ("state" IN ('COMPLETED', 'FAILED', 'CANCELLED', 'REFUND_PENDING', 'REFUNDED'))),
  ADD CONSTRAINT "orders_kind_known" CHECK ("kind" IN ('REGISTER', 'RENEW', 'RESTORE', 'TRANSFER_IN', 'CHANGE_REGISTRANT', 'DELETE')),
  ADD CONSTRAINT "orders_client_payment_known" CHECK ("client_payment" IN ('UNKNOWN', 'UNPAID', 'PAID')),
  ADD CONSTRAINT "orders_price_whole" CHECK (("price_before_taxes" IS NULL) = ("price_after_taxes" IS NULL) AND ("price_before_taxes" IS NULL OR "currency" IS NOT NULL));

ALTER TABLE "ledger_entries"
  ADD CONSTRAINT "ledger_entries_kind_known" CHECK ("kind" IN ('CHARGE', 'VOID', 'REFUND')),
  ADD CONSTRAINT "ledger_entries_amount_positive" CHECK ("amount" >= 0);

ALTER TABLE "client_payments" ADD CONSTRAINT "client_payments_state_known" CHECK ("state" IN ('PAID', 'UNPAID'));

ALTER TABLE "auto_renew_policies"
  ADD CONSTRAINT "auto_renew_policies_scope_known" CHECK ("scope" IN ('ORGANIZATION', 'TLD', 'CLIENT', 'TAG', 'DOMAIN')),
  ADD CONSTRAINT "auto_renew_policies_policy_known" CHECK ("policy" IN ('ALWAYS', 'ONLY_IF_PAID', 'ASK', 'NEVER')),
  ADD CONSTRAINT "auto_renew_policies_fail_safe_known" CHECK ("fail_safe" IN ('SWITCH_OFF', 'LEAVE_ON'));

ALTER TABLE "auto_renew_decisions"
  ADD CONSTRAINT "auto_renew_decisions_wanted_known" CHECK ("wanted" IN ('ON', 'OFF', 'ASK')),
  ADD CONSTRAINT "auto_renew_decisions_state_known" CHECK ("state" IN ('PENDING', 'SENT', 'CONFIRMED'));

ALTER TABLE "refund_cases"
  ADD CONSTRAINT "refund_cases_ground_known" CHECK ("ground" IN ('POLICY', 'NOT_DELIVERED', 'GOODWILL')),
  ADD CONSTRAINT "refund_cases_state_known" CHECK ("state" IN ('OPEN', 'DONE', 'EXPIRED', 'WITHDRAWN'));

ALTER TABLE "plans" ADD CONSTRAINT "plans_state_known" CHECK ("state" IN ('DRAFT', 'RUNNING', 'STOPPED', 'CANCELLED', 'COMPLETED'));

ALTER TABLE "plan_items" ADD CONSTRAINT "plan_items_state_known" CHECK ("state" IN ('PLANNED', 'RUNNING', 'ORDERED', 'DONE', 'FAILED', 'SKIPPED'));
